#include <cluster_store/backends/rocksdb/recent_sessions.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

#include <cluster_store/backends/tables/seeded_hash.hpp>

namespace cluster_store::backends {
namespace {

constexpr std::size_t slots_min = 64;

} // namespace

stored_session::stored_session(std::string_view id, std::string_view record)
    : id_bytes_{static_cast<std::uint32_t>(id.size())},
      record_bytes_{static_cast<std::uint32_t>(record.size())} {
  auto block = std::make_shared_for_overwrite<char[]>(id.size() + record.size());
  std::ranges::copy(record, std::ranges::copy(id, block.get()).out);
  bytes_ = std::move(block);
}

std::size_t recent_sessions::bytes_of(const stored_session& what) noexcept {
  return what.id().size() + what.record().size() + overhead_bytes;
}

slot_table::slot_number recent_sessions::slot_of(std::string_view id, std::uint64_t hash) const {
  return table_.find(hash, [&](slot_number at) { return slots_[at].session.id() == id; });
}

stored_session recent_sessions::find(std::string_view id) {
  const auto at = slot_of(id, seeded_hash(id));
  if (at == slot_table::none)
    return {};
  slots_[at].used = true;
  return slots_[at].session;
}

void recent_sessions::put(stored_session what) {
  const invariants::at_end checked{*this};
  const auto bytes = bytes_of(what);
  if (!takes(bytes - overhead_bytes))
    return erase(what.id());
  const auto hash = seeded_hash(what.id());
  if (const auto at = slot_of(what.id(), hash); at != slot_table::none) {
    bytes_ += bytes;
    bytes_ -= bytes_of(slots_[at].session);
    slots_[at] = {std::move(what), hash, true};
    return make_room(0);
  }
  make_room(bytes);
  if (free_.empty())
    add_slot();
  const auto at = free_.back();
  table_.insert(hash, at);
  free_.pop_back(); // from here on nothing is allocated
  slots_[at] = {std::move(what), hash, false};
  bytes_ += bytes;
}

/// Makes room for the numbers of all slots as well, so that erasing allocates nothing.
void recent_sessions::add_slot() {
  if (slots_.size() == slots_.capacity()) {
    const auto more = std::max(slots_min, 2 * slots_.size());
    free_.reserve(more);
    slots_.reserve(more);
  }
  free_.push_back(static_cast<slot_number>(slots_.size()));
  slots_.emplace_back();
}

void recent_sessions::erase(std::string_view id) {
  const invariants::at_end checked{*this};
  if (const auto at = slot_of(id, seeded_hash(id)); at != slot_table::none)
    erase(at);
}

void recent_sessions::erase(slot_number which) noexcept {
  table_.erase(slots_[which].hash, which);
  bytes_ -= bytes_of(slots_[which].session);
  slots_[which] = {};
  free_.push_back(which);
}

void recent_sessions::clear() {
  const invariants::at_end checked{*this};
  table_.clear();
  slots_ = {};
  free_ = {};
  bytes_ = hand_ = 0;
}

/// Takes at most two rounds: after the first, no session counts as used.
void recent_sessions::make_room(std::size_t bytes) {
  while (bytes_ + bytes > bytes_max_) {
    hand_ = hand_ + 1 < slots_.size() ? hand_ + 1 : 0;
    assert(hand_ < slots_.size()); // nothing is kept without a slot, so there is one
    auto& here = slots_[hand_];
    if (here.session && !std::exchange(here.used, false))
      erase(static_cast<slot_number>(hand_));
  }
}

/// @returns how many slots it looked at.
std::size_t recent_sessions::check_invariants() const {
  std::size_t bytes = 0;
  std::size_t empty = 0;
  for (std::size_t at = 0; at < slots_.size(); ++at) {
    const auto& each = slots_[at];
    empty += each.session ? 0 : 1;
    if (!each.session)
      continue;
    bytes += bytes_of(each.session);
    // A session is found under its id, and only one is kept under an id.
    assert(each.hash == seeded_hash(each.session.id()));
    assert(slot_of(each.session.id(), each.hash) == at);
  }
  // The bytes that are counted are those that are kept, and there is room for them.
  assert(bytes_ == bytes && bytes_ <= bytes_max_);
  // Every empty slot is free, once, and no other is.
  assert(free_.size() == empty);
  auto free = free_;
  std::ranges::sort(free);
  assert(std::ranges::adjacent_find(free) == free.end());
  assert(std::ranges::all_of(free, [this](slot_number at) { return !slots_.at(at).session; }));
  // Erasing needs no memory, and the hand of the clock is on a slot.
  assert(free_.capacity() >= slots_.size());
  assert(hand_ == 0 || hand_ < slots_.size());
  invariants::check(table_);
  return 2 * slots_.size();
}

} // namespace cluster_store::backends
