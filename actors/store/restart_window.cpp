#include <cluster_store/actors/store/restart_window.hpp>

#include <algorithm>
#include <cassert>

namespace cluster_store::actors {

std::chrono::milliseconds restart_window::ended(steady_time now) {
  assert(ends_.empty() || ends_.back() <= now);
  const backends::invariants::at_end checked{*this};
  while (!ends_.empty() && now - ends_.front() >= settings_.period)
    ends_.pop_front();
  ends_.push_back(now);
  if (exceeded()) {
    if (ends_.size() > settings_.restarts_max + 1)
      ends_.pop_front(); // one more than allowed is enough to know
    return settings_.patience;
  }
  auto delay = settings_.delay_min;
  for (std::size_t i = 1; i < ends_.size() && delay < settings_.delay_max; ++i)
    delay *= 2;
  return std::min(delay, settings_.delay_max);
}

void restart_window::check_invariants() const {
  // The ends that are remembered are the latest, in order, and none is older than the period.
  assert(std::is_sorted(ends_.begin(), ends_.end()));
  assert(ends_.empty() || ends_.back() - ends_.front() < settings_.period);
  // A child that ends again and again costs no memory.
  assert(ends_.size() <= settings_.restarts_max + 1);
}

} // namespace cluster_store::actors
