#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include <cluster_store/actors/store/client_table.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// Bounds what clients make a store keep: operations that were not executed, answers that were not taken
/// (docs/decisions/011). Windows in bytes, both ways, as those of HTTP/2 (RFC 9113, section 5.2), with credit
/// counted from the beginning of the connection, so that nothing is lost or counted twice.
///
/// Each client has some bytes of its own in each direction; what it needs beyond is lent from a budget that
/// all share. One who borrows alone may exceed the budget, so that the largest operation and answer always
/// pass. Loans of operations stay while nobody else waits for one; then they are repaid as operations are
/// answered.
///
/// Pure; one thread. Knows clients by pointers; `forget` before one goes.
class flow_control {
public:
  struct limits {
    std::size_t own_bytes = 32 * 1024;                 ///< Of each client, in each direction.
    std::size_t requests_bytes_max = 32 * 1024 * 1024; ///< Lent at once for operations.
    std::size_t answers_bytes_max = 32 * 1024 * 1024;  ///< Lent at once for answers.
    std::uint32_t patience_ticks = 3;                  ///< After so many without progress one is stuck.
  };

  explicit flow_control(const limits& bounds) : limits_(bounds) {}

  /// A connection begins. @param window bytes of answers the client wants to have on the way at most.
  void begin(client_state& client, std::size_t window);

  /// Its connection is gone: it gives everything back.
  void forget(client_state& client);

  // -- operations

  /// So many bytes of operations came. @returns false if that is more than was granted.
  bool came(client_state& client, std::size_t bytes);

  /// So many of them are answered.
  void settled(client_state& client, std::size_t bytes);

  /// What the client says of itself, each counted from the beginning of the connection.
  struct report {
    std::uint64_t answers_taken = 0;
    std::uint64_t requests_wanted = 0;
    std::uint64_t requests_returned = 0;
  };
  void reported(client_state& client, const report& what);

  // -- answers

  /// @returns whether an answer of `bytes` may be made. If not, the client is among the next `roomy` once it
  /// may.
  bool has_room(client_state& client, std::size_t bytes) {
    return loan_for(client.flow, bytes) == 0 || has_borrowed_room(client, bytes);
  }

  /// An answer is part of the group that is prepared.
  void stage(client_state& client, std::size_t bytes) {
    auto& flow = client.flow;
    if (!flow.open)
      return;
    if (flow.staged == 0)
      staged_.push_back(&client);
    flow.staged += bytes;
    if (const auto loan = loan_for(flow, 0); loan > flow.answer_loan)
      set_answer_loan(flow, loan);
  }

  /// The group's answers go, or do not.
  void committed();
  void aborted();

  // -- what follows

  /// @returns those who have room again.
  std::vector<client_state*> take_roomy();

  /// @returns whether somebody waits to be told that more is granted.
  bool has_news() const noexcept { return !news_.empty(); }

  /// @returns those who wait to be told. @post nobody does.
  std::vector<client_state*> take_news();

  /// @returns what to tell the client now.
  static std::uint64_t tell(client_state& client);

  /// Once a second. @returns those who hold a loan that others wait for, and do nothing.
  std::vector<client_state*> tick();

  /// After a tick. @returns whether much has passed since it last said so, and hardly anything since the tick
  /// before: what that needed can be given back.
  bool comes_to_rest();

  std::size_t lent() const noexcept { return requests_lent_ + answers_lent_; }

private:
  friend backends::invariants;

  /// @returns what a client would have to borrow for `bytes` more.
  std::size_t loan_for(const client_flow& flow, std::size_t bytes) const noexcept {
    const auto after = flow.unread() + bytes;
    return after > limits_.own_bytes ? after - limits_.own_bytes : 0;
  }

  bool has_borrowed_room(client_state& client, std::size_t bytes);
  bool may_borrow(const client_flow& flow, std::size_t loan) const noexcept;
  static bool fits_window(const client_flow& flow, std::size_t bytes) noexcept;
  void set_answer_loan(client_flow& flow, std::size_t loan) noexcept;
  void grant(client_state& client);
  void repay(client_flow& flow, std::size_t bytes) noexcept;
  bool lend(client_state& client);
  void lend_to_waiting();
  void has_taken(client_state& client);
  void wake_waiting();
  std::size_t check_invariants() const;

  limits limits_;
  std::size_t requests_lent_ = 0;
  std::size_t answers_lent_ = 0;
  std::uint32_t ticks_ = 0;
  std::uint64_t passed_ = 0;           ///< Bytes of operations and answers so far,
  std::uint64_t passed_by_tick_ = 0;   ///< at the last question whether they come to rest,
  std::uint64_t passed_by_rest_ = 0;   ///< and at the last time they did.
  std::deque<client_state*> wanting_;  ///< Wait for a loan of operations, in this order.
  std::deque<client_state*> roomless_; ///< Wait for a loan of room, in this order.
  std::vector<client_state*> staged_;  ///< Have answers in the group.
  std::vector<client_state*> roomy_;
  std::vector<client_state*> news_;
  std::vector<client_state*> open_; ///< Have a connection.
};

} // namespace cluster_store::actors
