#include <cluster_store/actors/sessions/overlay.hpp>
#include <cluster_store/backends/tables/seeded_hash.hpp>

#include <algorithm>
#include <cassert>
#include <numeric>

namespace cluster_store::actors {

std::uint32_t session_overlay::find(std::string_view id, std::uint64_t hash) const {
  return numbers_.find(hash, [&](std::uint32_t number) { return slots_[number].id == id; });
}

std::size_t session_overlay::want(std::string_view id) {
  const backends::invariants::at_end checked{*this};
  const auto hash = backends::seeded_hash(id);
  if (const auto number = find(id, hash); number != backends::slot_table::none)
    return number;
  const auto number = slots_.size();
  auto& added = slots_.emplace_back();
  added.id = id;
  added.known = emptied_;
  known_ += emptied_ ? 1 : 0;
  numbers_.insert(hash, static_cast<std::uint32_t>(number));
  return number;
}

result<std::size_t> session_overlay::fetch(std::size_t first, std::size_t end, std::size_t bytes_max) {
  const backends::invariants::at_end checked{*this};
  ids_.clear();
  fetching_.clear();
  for (auto i = first; i < end; ++i)
    if (!slots_[i].known) {
      ids_.push_back(slots_[i].id);
      fetching_.push_back(static_cast<std::uint32_t>(i));
    }
  if (reads_used_ == reads_.size())
    reads_.push_back(std::make_unique<backends::reads>());
  auto& read = *reads_[reads_used_];
  read.bytes_max = bytes_max;
  if (auto done = engine_->get(ids_, read); !done)
    return tl::unexpected{std::move(done).error()};
  assert(!read.rows.empty() && read.rows.size() <= ids_.size());
  ++reads_used_;
  known_ += read.rows.size();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < read.rows.size(); ++i) {
    auto& read_slot = slots_[fetching_[i]];
    if (auto& row = read.rows[i])
      read_slot.content = *row;
    else
      read_slot.problem = std::move(row.error());
    read_slot.known = true;
    read_slot.stored = read_slot.problem || read_slot.content;
    bytes += read_slot.content ? read_slot.content->data.size() : 0;
  }
  return bytes;
}

void session_overlay::let_go() {
  const backends::invariants::at_end checked{*this};
  auto& read = *reads_[reads_used_ - 1];
  for (std::size_t i = 0; i < read.rows.size(); ++i)
    if (auto& content = slots_[fetching_[i]].content)
      content->data = content->user = content->extensions = {};
  read.rows.clear();
  read.pins.reset();
}

void session_overlay::forget(std::size_t first, std::size_t end) {
  const backends::invariants::at_end checked{*this};
  for (auto i = first; i < end; ++i)
    if (auto& each = slots_[i]; each.known && !each.what) {
      each = {.id = each.id, .content = {}, .problem = {}, .what = {}};
      --known_;
    }
}

std::int64_t session_overlay::growth_of(const slot& each) noexcept {
  const bool there = each.what == slot::change::put || (each.what != slot::change::erase && each.stored);
  return std::int64_t{there} - std::int64_t{each.stored};
}

void session_overlay::change(slot& where, slot::change into) {
  growth_ -= growth_of(where);
  where.what = into;
  growth_ += growth_of(where);
  changed_ = true;
}

void session_overlay::put(slot& where, const backends::record& content) {
  const backends::invariants::at_end checked{*this};
  where.content = content;
  where.problem.reset();
  change(where, slot::change::put);
}

void session_overlay::touch(slot& where, std::optional<wall_time> expires_at,
                            std::optional<time_to_live> ttl) {
  assert(where.content);
  const backends::invariants::at_end checked{*this};
  where.content->expires_at = expires_at;
  where.content->ttl = ttl;
  change(where, where.what.value_or(slot::change::touch));
}

void session_overlay::erase(slot& where) {
  const backends::invariants::at_end checked{*this};
  where.content.reset();
  where.problem.reset();
  change(where, slot::change::erase);
}

void session_overlay::erase_all() {
  const backends::invariants::at_end checked{*this};
  for (auto& each : slots_)
    each = {.id = each.id, .content = {}, .problem = {}, .known = true, .what = {}};
  known_ = slots_.size();
  growth_ = 0;
  changed_ = false;
  emptied_ = true;
}

void session_overlay::append_writes(std::vector<backends::write>& out) const {
  for (const auto& each : slots_)
    if (each.what && (each.what != slot::change::erase || each.stored))
      out.push_back({*each.what, each.id, each.content.value_or(backends::record{}), {}});
}

void session_overlay::clear() {
  const backends::invariants::at_end checked{*this};
  numbers_.reset();
  slots_.clear();
  known_ = 0;
  for (std::size_t i = 0; i < reads_used_; ++i) {
    reads_[i]->rows.clear();
    reads_[i]->pins.reset();
  }
  reads_used_ = 0;
  kept_.clear();
  growth_ = 0;
  changed_ = emptied_ = false;
}

void session_overlay::check([[maybe_unused]] const slot& each) {
  using enum slot::change;
  // Of sessions that have not been read nothing is known, and nothing was changed.
  assert(each.known || (!each.what && !each.stored && !each.content && !each.problem));
  // A session can be read or it cannot.
  assert(!each.content || !each.problem);
  // What the group did not change is what the backend has.
  assert(each.what || each.stored == (each.content || each.problem));
  // What is to be written is there, what is to be removed is not; only what has a row can be touched there.
  assert((each.what != touch && each.what != put) || each.content);
  assert(each.what != erase || (!each.content && !each.problem));
  assert(each.what != touch || each.stored);
}

/// @returns how many slots it looked at.
std::size_t session_overlay::check_invariants() const {
  // Every slot is found by its id, so that no session has two.
  for (std::size_t i = 0; i < slots_.size(); ++i)
    assert(find(slots_[i].id, backends::seeded_hash(slots_[i].id)) == i);
  backends::invariants::check(numbers_);
  assert(reads_used_ <= reads_.size());
  assert(known_ == static_cast<std::size_t>(std::count_if(slots_.begin(), slots_.end(), [](const slot& each) {
           return each.known;
         })));
  std::for_each(slots_.begin(), slots_.end(), check);
  // The rows that there will be are counted.
  assert(growth_
         == std::accumulate(slots_.begin(), slots_.end(), std::int64_t{0},
                            [](auto sum, const auto& each) { return sum + growth_of(each); }));
  // There is something to write exactly if something was changed.
  assert(changed_ == std::any_of(slots_.begin(), slots_.end(), [](const slot& each) {
           return each.what.has_value();
         }));
  return 2 * slots_.size();
}

} // namespace cluster_store::actors
