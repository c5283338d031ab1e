#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include <cluster_store/actors/store/client_table.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// Whose operations are executed next: each client that has some gets a turn of one quantum, in rounds, so
/// that a lone operation waits for one quantum of each other client at most, and for what the last operation
/// in it cost more than was left.
///
/// Cost is counted in bytes. What is known only afterwards (an answer) is charged then; who has a debt waits
/// for so many rounds (M. Shreedhar, G. Varghese: Efficient Fair Queuing using Deficit Round Robin, 1995;
/// with debts as in "surplus round robin").
///
/// Pure; one thread; every step costs O(1), but for removing somebody.
class turns {
public:
  /// What an operation costs beside its bytes.
  static constexpr std::int64_t operation_cost = 256;

  /// @param quantum cost of one turn; more than 0.
  explicit turns(std::int64_t quantum) : quantum_(quantum) {}

  /// @returns whether nobody has a turn.
  bool empty() const noexcept { return ring_.empty() && parked_.empty(); }

  /// @returns how many have a turn in this round.
  std::size_t size() const noexcept { return ring_.size(); }

  /// `client` has something to execute: it comes last, unless it has a turn or must wait for room.
  void add(client_state& client);

  /// The next answer for `client`, who had just a turn, has no room.
  static void suspend(client_state& client) noexcept { client.place = turn_place::no_room; }

  /// If `client` was suspended, it goes on.
  void wake(client_state& client);

  /// `client` has no turn any more.
  void remove(client_state& client);

  /// Takes who comes next out of the round. @returns nullptr if everybody has a debt: then a round is over.
  /// @pre `size() > 0`. @post who was returned may spend `client.allowance`, and is to be given back by
  /// `end_turn`, `park` or `suspend`.
  client_state* next();

  /// `client`, whose turn it was, goes on in the same turn if something of its allowance is left, else in the
  /// next round, or not at all if it has nothing to execute.
  void end_turn(client_state& client);

  /// Charges `client`. May make its allowance negative.
  static void charge(client_state& client, std::size_t bytes) noexcept {
    client.allowance -= static_cast<std::int64_t>(bytes);
  }

  /// `client` can go on only with the next group, as its first.
  void park(client_state& client);

  /// A group begins: who was parked comes first.
  void begin_group();

private:
  friend backends::invariants;

  std::size_t check_invariants() const;

  std::int64_t quantum_;
  std::deque<client_state*> ring_;
  std::vector<client_state*> parked_;
};

} // namespace cluster_store::actors
