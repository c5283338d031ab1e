#include <cluster_store/apps/cluster_store/pipe/answer_budget.hpp>

#include <algorithm>
#include <utility>

namespace cluster_store::apps {

std::size_t answer_budget::estimate(kind what) const {
  switch (what) {
  case kind::session:
    return std::max({small_bytes_max, latest_max_, former_max_});
  case kind::page:
    return page_bytes;
  case kind::small:
    break;
  }
  return small_bytes_max;
}

bool answer_budget::take(kind what, std::size_t reserved, std::size_t bytes) {
  release(reserved);
  if (what == kind::session)
    learn(bytes);
  check_invariants();
  const bool fits = what == kind::small || has_room(bytes);
  if (fits)
    used_bytes_ += bytes;
  // The bound holds, or it is alone.
  assert(!fits || what == kind::small || used_bytes_ <= bytes_max_ || used_bytes_ == bytes);
  return fits;
}

void answer_budget::learn(std::size_t bytes) {
  if (!std::exchange(knows_one_, true))
    latest_max_ = 0;
  latest_max_ = std::max(latest_max_, bytes);
  if (++answers_ < answers_remembered)
    return;
  answers_ = 0;
  former_max_ = std::exchange(latest_max_, 0);
}

void answer_budget::check_invariants() const {
  // The answers that are counted are a part of what is remembered, so that it is replaced in time.
  assert(0 <= answers_ && answers_ < answers_remembered);
  // As long as no session was seen, one may be the longest that there is.
  assert(knows_one_ || (latest_max_ == largest_session && former_max_ == 0 && answers_ == 0));
  // Of no answers, none was the longest.
  assert(!knows_one_ || answers_ > 0 || latest_max_ == 0);
}

} // namespace cluster_store::apps
