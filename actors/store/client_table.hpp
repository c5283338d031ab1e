#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <cluster_store/actors/store/client_flow.hpp>
#include <cluster_store/actors/store/client_queue.hpp>
#include <cluster_store/actors/wire/wire.hpp>
#include <cluster_store/backends/backend.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// What a client may ask of a store.
enum class rights : std::uint8_t {
  operate,   ///< Everything that concerns single sessions, and listing them.
  administer ///< Also what concerns all at once: `clear`.
};

/// Where a client stands that wants a turn (`turns`).
enum class turn_place : std::uint8_t {
  none,   ///< Nowhere: it has nothing to execute, or executes now.
  round,  ///< In the round.
  parked, ///< Among those who come first in the next group.
  no_room ///< It has something to execute, but no room for the answer.
};

/// What the store knows of one client: which ticket is valid, what was applied, which results may be asked
/// again.
class client_state {
public:
  /// One result that may still be asked for, as `wire::append_result` coded it.
  struct remembered {
    std::uint64_t seq = 0;
    std::string bytes;
  };

  explicit client_state(backends::client_id who) : id(who) {}

  /// @returns the coded result of the mutation `seq`, nothing if it is no longer (or was never) remembered.
  /// Includes
  ///   what is staged.
  std::optional<std::string_view> recall(std::uint64_t seq) const;

  /// @returns the highest seq of a mutation, staged ones included.
  std::uint64_t highest() const noexcept { return staged.empty() ? last_applied : staged.back().seq; }

  backends::client_id id;
  std::uint64_t ticket = 0;                ///< 0 = none is valid.
  std::uint64_t last_ticket = 0;           ///< No ticket that it ever had is larger.
  rights allowed = rights::operate;        ///< With this ticket.
  std::uint64_t floor = 1;                 ///< Every smaller seq has been received by the client.
  std::uint64_t last_applied = 0;          ///< Highest seq of a committed mutation.
  client_queue queue;                      ///< What waits for an answer. Kept by the store core.
  turn_place place = turn_place::none;     ///< Kept by `turns`.
  std::int64_t allowance = 0;              ///< Cost it may cause now; negative: a debt. Kept by `turns`.
  client_flow flow;                        ///< Kept by `flow_control`.
  std::optional<std::size_t> open_frame;   ///< Kept by the reply builder.
  std::size_t frame_bytes = 0;             ///< Of its frames lately. Kept by the reply builder.
  bool leaving = false;                    ///< Said bye.
  std::optional<steady_time> silent_since; ///< None while connected.
  std::vector<remembered> staged;          ///< Results of the commit that is being prepared.
  std::deque<remembered> results;          ///< Committed, by rising seq.
  std::deque<std::uint64_t> rows;          ///< Numbers of the backend's rows, rising.
};

/// The client table of DESIGN "Once": the last results of every live client, kept in the same commit as the
/// data.
///
/// Pure; one thread. Pointers to `client_state` stay valid until the client is forgotten.
class client_table {
public:
  struct limits {
    std::size_t clients_max = 65'536;                 ///< Clients known at once, default 65 536.
    std::size_t results_max = 16'384;                 ///< Results remembered per client, default 16 384.
    std::size_t results_bytes_max = 32 * 1024 * 1024; ///< Memory of those of all clients, default 32 MiB.
    std::chrono::milliseconds retention =
        std::chrono::hours{1}; ///< How long a silent client is kept, default 1 h.
  };

  explicit client_table(const limits& bounds) : limits_(bounds) {}

  /// Rebuilds the table from the backend's rows. Nobody is connected; all count as silent since `now`.
  /// @param last_ticket no client had a larger one.
  /// @errors `corrupt` naming the row that is not readable.
  result<void> load(const std::vector<backends::client_row>& rows, std::uint64_t last_ticket,
                    steady_time now);

  /// Makes `ticket` the only valid one of `who`, who is connected from now on and may do what is `allowed`.
  /// @pre `ticket` is not 0, and no commit is being prepared that may remove `who`.
  /// @returns the client, and whether it was known before.
  /// @errors `overloaded` if there are `clients_max` others, all of them connected; else those that have been
  /// silent for longest are evicted.
  struct granted {
    client_state* client;
    bool known;
  };
  result<granted> grant(backends::client_id who, std::uint64_t ticket, rights allowed);

  /// @returns the client if `ticket` is its valid one, else nullptr.
  client_state* find(backends::client_id who, std::uint64_t ticket);

  /// Every result of `client` before the number `floor` has arrived: they are forgotten.
  void received(client_state& client, std::uint64_t floor);

  /// The client's connection is gone: its ticket is void and its retention begins. One that never changed
  /// anything, and waits for nothing, is forgotten.
  void left(backends::client_id who, std::uint64_t ticket, steady_time now);

  /// The client will not come back: its rows go with the next commit. @pre it has not said so before.
  void said_bye(client_state& client);

  /// Evicts clients whose retention is over, and those that have been silent for longest while there is too
  /// much to remember: they are leaving.
  void expire(steady_time now);

  /// @returns the largest ticket of those that were evicted since `load`. Belongs into the commit that
  /// removes them.
  std::uint64_t forgotten_ticket() const noexcept { return forgotten_ticket_; }

  /// Adds the result of a mutation to the commit that is being prepared.
  /// @pre `seq > client.highest()` @post `seq == client.highest()`
  void stage(client_state& client, std::uint64_t seq, std::string_view coded_result);

  /// Appends to `out` the rows of what is staged, of what may be forgotten, and of who is leaving and has
  /// nothing queued.
  void prepare(backends::commit& out);

  /// What `prepare` described was committed, or was not.
  void committed();
  void aborted();

  /// @returns whether `prepare` has somebody to remove, perhaps.
  bool has_leavers() const noexcept { return !marked_leaving_.empty(); }

  std::size_t size() const noexcept { return clients_.size(); }

private:
  friend backends::invariants;

  struct hash {
    std::size_t operator()(const backends::client_id& who) const noexcept {
      std::size_t out = 0;
      std::memcpy(&out, who.bytes.data(), sizeof out);
      return out;
    }
  };

  void evict(client_state& client);
  void evict_most_silent(std::size_t count);
  void pop_result(client_state& client);
  std::uint64_t floor_of(const client_state& client) const;
  void prepare_rows(const client_state& client, backends::commit& out) const;
  void settle(client_state& client);
  std::size_t check_invariants() const;
  static void check(const client_state& client);

  limits limits_;
  std::unordered_map<backends::client_id, client_state, hash> clients_;
  std::vector<client_state*> active_;         ///< Clients with staged results.
  std::vector<client_state*> marked_leaving_; ///< Clients that said bye or were silent too long.
  std::vector<client_state*> erased_;         ///< Clients the prepared commit removes.
  steady_time next_expiry_check_{};
  std::uint64_t forgotten_ticket_ = 0;
  std::size_t results_bytes_ = 0; ///< Memory of all remembered results.
};

} // namespace cluster_store::actors
