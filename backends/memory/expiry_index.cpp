#include <cluster_store/backends/memory/expiry_index.hpp>

#include <algorithm>
#include <cassert>
#include <queue>
#include <utility>

namespace cluster_store::backends {

void expiry_index::put(slot_number slot, wall_time due_at) {
  const invariants::at_end checked{*this};
  if (slot >= places_.size())
    places_.resize(std::size_t{slot} + 1, nowhere);
  auto where = places_[slot];
  if (where == nowhere) {
    where = static_cast<place>(slots_.size());
    times_.push_back(due_at);
    try {
      slots_.push_back(slot);
    } catch (...) {
      times_.pop_back();
      throw;
    }
  }
  settle(where, slot, due_at);
}

void expiry_index::erase(slot_number slot) noexcept {
  const invariants::at_end checked{*this};
  if (slot >= places_.size() || places_[slot] == nowhere)
    return;
  const auto hole = std::exchange(places_[slot], nowhere);
  const auto last_slot = slots_.back();
  const auto last_time = times_.back();
  slots_.pop_back();
  times_.pop_back();
  if (last_slot != slot)
    settle(hole, last_slot, last_time);
}

void expiry_index::clear() noexcept {
  times_ = {};
  slots_ = {};
  places_ = {};
}

std::optional<wall_time> expiry_index::at(slot_number slot) const noexcept {
  if (slot >= places_.size() || places_[slot] == nowhere)
    return std::nullopt;
  return times_[places_[slot]];
}

std::vector<expiry_index::slot_number> expiry_index::due(wall_time now, std::size_t rows_max) const {
  std::vector<slot_number> found;
  // The next earliest is the root or a child of one that was already taken.
  using candidate = std::pair<wall_time, place>;
  std::priority_queue<candidate, std::vector<candidate>, std::greater<>> candidates;
  const auto offer = [&](std::size_t where) {
    if (where < slots_.size() && times_[where] <= now)
      candidates.emplace(times_[where], static_cast<place>(where));
  };
  offer(0);
  while (!candidates.empty() && found.size() < rows_max) {
    const auto where = candidates.top().second;
    candidates.pop();
    found.push_back(slots_[where]);
    for (place child = 1; child <= ways; ++child)
      offer(std::size_t{where} * ways + child);
  }
  return found;
}

void expiry_index::settle(place hole, slot_number slot, wall_time due_at) noexcept {
  while (hole > 0) {
    const auto parent = (hole - 1) / ways;
    if (times_[parent] <= due_at)
      break;
    set(hole, slots_[parent], times_[parent]);
    hole = parent;
  }
  for (auto child = earliest_child(hole); child != nowhere && times_[child] < due_at;
       child = earliest_child(hole)) {
    set(hole, slots_[child], times_[child]);
    hole = child;
  }
  set(hole, slot, due_at);
}

void expiry_index::set(place where, slot_number slot, wall_time due_at) noexcept {
  times_[where] = due_at;
  slots_[where] = slot;
  places_[slot] = where;
}

expiry_index::place expiry_index::earliest_child(place parent) const noexcept {
  const auto first = std::size_t{parent} * ways + 1;
  if (first >= slots_.size())
    return nowhere;
  const auto last = std::min(first + ways, slots_.size());
  const auto from = times_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto to = times_.begin() + static_cast<std::ptrdiff_t>(last);
  return static_cast<place>(std::min_element(from, to) - times_.begin());
}

/// @returns how many places it looked at.
std::size_t expiry_index::check_invariants() const {
  assert(times_.size() == slots_.size());
  for (std::size_t where = 0; where < slots_.size(); ++where) {
    // No row is due before its parent, so the root is due first.
    assert(where == 0 || times_[(where - 1) / ways] <= times_[where]);
    // A slot knows where its row is.
    assert(slots_[where] < places_.size() && places_[slots_[where]] == where);
  }
  // No other slot believes that it has a row.
  [[maybe_unused]] const auto without = std::count(places_.begin(), places_.end(), nowhere);
  assert(places_.size() - static_cast<std::size_t>(without) == slots_.size());
  return slots_.size() + places_.size();
}

} // namespace cluster_store::backends
