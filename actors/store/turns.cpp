#include <cluster_store/actors/store/turns.hpp>

#include <algorithm>
#include <cassert>

namespace cluster_store::actors {

void turns::add(client_state& client) {
  const backends::invariants::at_end checked{*this};
  if (client.place != turn_place::none)
    return;
  client.place = turn_place::round;
  ring_.push_back(&client);
}

void turns::wake(client_state& client) {
  if (client.place != turn_place::no_room)
    return;
  client.place = turn_place::none;
  if (client.queue.waits())
    add(client);
}

void turns::end_turn(client_state& client) {
  if (client.place != turn_place::none)
    return; // parked or suspended
  const backends::invariants::at_end checked{*this};
  if (!client.queue.waits()) {
    client.allowance = std::min<std::int64_t>(client.allowance, 0);
    return;
  }
  client.place = turn_place::round;
  if (client.allowance > 0)
    ring_.push_front(&client);
  else
    ring_.push_back(&client);
}

void turns::remove(client_state& client) {
  const backends::invariants::at_end checked{*this};
  if (client.place == turn_place::round)
    std::erase(ring_, &client);
  if (client.place == turn_place::parked)
    std::erase(parked_, &client);
  client.place = turn_place::none;
}

client_state* turns::next() {
  assert(!ring_.empty());
  const backends::invariants::at_end checked{*this};
  if (ring_.size() == 1) // nobody waits for those who spent too much
    ring_.front()->allowance = std::max<std::int64_t>(ring_.front()->allowance, 0);
  for (auto left = ring_.size(); left > 0; --left) {
    auto& client = *ring_.front();
    ring_.pop_front();
    if (client.allowance <= 0) // else its turn was cut off and goes on
      client.allowance += quantum_;
    if (client.allowance > 0) {
      client.place = turn_place::none;
      return &client;
    }
    ring_.push_back(&client);
  }
  return nullptr;
}

void turns::park(client_state& client) {
  assert(client.place == turn_place::none);
  const backends::invariants::at_end checked{*this};
  client.place = turn_place::parked;
  parked_.push_back(&client);
}

void turns::begin_group() {
  const backends::invariants::at_end checked{*this};
  for (auto* client : parked_)
    client->place = turn_place::round;
  ring_.insert(ring_.begin(), parked_.begin(), parked_.end());
  parked_.clear();
}

/// @returns how many it looked at.
std::size_t turns::check_invariants() const {
  assert(quantum_ > 0);
  for ([[maybe_unused]] const auto* client : ring_) {
    // Who has a turn has something to execute, has one turn, and never more to spend than a quantum.
    assert(client->place == turn_place::round && client->queue.waits() && client->allowance <= quantum_);
    assert(std::count(ring_.begin(), ring_.end(), client) == 1);
  }
  for ([[maybe_unused]] const auto* client : parked_)
    assert(client->place == turn_place::parked && client->queue.waits());
  return ring_.size() + parked_.size();
}

} // namespace cluster_store::actors
