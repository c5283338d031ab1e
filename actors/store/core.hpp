#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cluster_store/actors/operations/list.hpp>
#include <cluster_store/actors/sessions/logout_guard.hpp>
#include <cluster_store/actors/sessions/overlay.hpp>
#include <cluster_store/actors/sessions/store_view.hpp>
#include <cluster_store/actors/store/client_table.hpp>
#include <cluster_store/actors/store/flow_control.hpp>
#include <cluster_store/actors/store/reply_builder.hpp>
#include <cluster_store/actors/store/rows.hpp>
#include <cluster_store/actors/store/turns.hpp>
#include <cluster_store/actors/store/version_reserve.hpp>
#include <cluster_store/actors/wire/batch.hpp>
#include <cluster_store/actors/wire/greeting.hpp>
#include <cluster_store/backends/backend.hpp>
#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// What a store core may do at once.
struct store_core_options {
  std::optional<time_to_live> ttl_default; ///< Life of sessions set without a ttl; none = for ever.
  std::optional<std::chrono::milliseconds> logout_guard; ///< How long destroyed ids are kept; none = not.
  session_limits limits;
  std::uint32_t in_flight_max = 16'384;          ///< Most queued operations of one client.
  std::size_t group_operations_max = 1'024;      ///< Operations of one commit.
  std::size_t fetch_sessions_max = 128;          ///< Sessions of one multi-get.
  std::size_t fetch_bytes_max = 1024 * 1024;     ///< Bytes of their data.
  std::size_t reply_bytes_max = 4 * 1024 * 1024; ///< A commit ends when its replies reach this, or
  std::size_t group_bytes_max = 4 * 1024 * 1024; ///< what it changes, and reads for that, has so many bytes.
  std::int64_t quantum = 64 * 1024;              ///< Cost of one client's turn (`turns`).
  std::size_t sweep_rows_max = 1'000;            ///< Rows of the expiry index settled in one commit.
  client_table::limits clients;
  flow_control::limits flow;
  /// The engine holds a copy of a store that went on since: gives it this identity, unless it has it already,
  /// and versions that the store cannot have given out.
  std::optional<wire::token> copy_identity;
};

/// Figures since the core was loaded, and now.
struct store_figures {
  std::uint64_t sessions = 0;   ///< Stored, expired ones that were not swept included.
  std::uint64_t clients = 0;    ///< Known clients.
  std::uint64_t operations = 0; ///< Answered.
  std::uint64_t commits = 0;    ///< Applied to the backend.
  std::string problem;          ///< Why it is read-only, or what it cannot do; empty if there is nothing.
};

/// The store's semantics: executes batches of many clients as groups, one commit a group.
///
/// Pure (no CAF, clock, thread); one thread; may call the backend, and blocks only where that does. A shell
/// runs it:
///
///     while (core.prepare(now))
///       send(core.staged().empty() ? core.finish() : core.finish(backend.apply(core.staged())));
///
/// Nothing is changed before the commit succeeded, and no answer, not even of a read, is handed out before. A
/// failed commit makes the store read-only until a probe write succeeds (`tick`). If the engine cannot tell
/// what became of a commit, `must_restart()` turns true and nobody is answered: the clients ask again, and
/// the client table of the reopened engine knows.
class store_core {
public:
  /// What `backend::apply` returns.
  using verdict = result<std::vector<result<backends::write_outcome>>>;

  store_core(store_core_options how, backends::backend& engine);

  /// Reads counters, incarnation and client table; gives new data the identity `fresh_incarnation`.
  /// @errors of the backend; `corrupt` if the system table is not this program's.
  result<void> load(const wire::token& fresh_incarnation, steady_time now);

  /// Gives `who` a new ticket: its former one is void and what it had queued is dropped (it will come again).
  /// @param answers_window as `wire::hello` says.
  /// @returns what the welcome says. @errors `overloaded` beyond the number of clients.
  result<wire::welcome> grant(backends::client_id who, rights allowed, std::uint64_t answers_window);

  /// The client's connection is gone.
  void left(backends::client_id who, std::uint64_t ticket, steady_time now);

  /// The client says farewell.
  void said_bye(const wire::bye& message);

  /// Queues a batch.
  /// @returns nothing, or a results frame for the sender: the batch's ticket is void and nothing of it was
  /// applied.
  std::optional<std::string> submit(std::string bytes);

  /// Executes the next group against the backend and stages its commit. @pre the last one was finished.
  /// @param shown by the wall clock; if that goes back, the core's does not (`forward_clock`).
  /// @returns false if there is nothing to do. @post If true, `finish` must be called next.
  bool prepare(wall_time shown);

  /// @returns the commit to apply; may be empty.
  const backends::commit& staged() const noexcept { return staged_; }

  /// Ends the group: with the backend's verdict, or without one if `staged()` was empty. @pre there is one.
  /// @returns the frames to send.
  std::vector<outgoing_frame> finish(const verdict& engine_said) { return end(&engine_said); }
  std::vector<outgoing_frame> finish() { return end(nullptr); }

  /// Housekeeping, once a second: expires silent clients, starts a sweep, probes a read-only engine.
  /// @returns the clients that keep for themselves what others wait for: their connections must end.
  /// @post `prepare` has something to do if there is.
  std::vector<backends::client_id> tick(steady_time now);

  /// After a tick. @returns as `flow_control::comes_to_rest`.
  bool comes_to_rest() { return flow_.comes_to_rest(); }

  /// @returns whether the shell must close the engine and start anew.
  bool must_restart() const noexcept { return must_restart_; }

  /// @returns what is wrong with the store although it answers: it is read-only, or what is over cannot be
  /// removed.
  const std::optional<error>& trouble() const noexcept { return read_only_ ? read_only_ : sweep_problem_; }

  /// @returns why the store is read-only, or nothing.
  const std::optional<error>& read_only() const noexcept { return read_only_; }

  store_figures figures() const;

private:
  friend backends::invariants;

  using any_operation = operations::any_of<std::string_view>;
  using counters = store_view::counters;

  /// Operations of one client that a chunk executes.
  struct planned_turn {
    client_state* client;
    std::size_t operations;
  };

  /// Sessions that a planned operation was the first to want: those with numbers from `first` to before
  /// `end`.
  struct wanted_sessions {
    std::size_t first = 0;
    std::size_t end = 0;
    bool just_one = false; ///< It wants no other, and only one of them.
  };

  /// What became of an operation.
  enum class step : std::uint8_t {
    executed,
    waits_for_group, ///< It has to be the first of another one.
    waits_for_room   ///< Its answer has none.
  };

  /// Whether a group has removed what is over.
  enum class due_state : std::uint8_t { unknown, settled, too_much };

  enum class group_kind : std::uint8_t { none, operations, sweep, probe, reservation };

  // core.cpp: queue and commits
  result<void> load_identity(const store_rows::contents& known, const wire::token& fresh);
  std::vector<outgoing_frame> end(const verdict* engine_said);
  void settle_executed();
  std::vector<outgoing_frame> take_frames();
  void end_connection(client_state& client);
  void wake_roomy();
  void answer_aborted(const error& why);
  void end_group();
  std::size_t check_invariants() const;
  void check_group() const;

  // group.cpp: which operations make a group
  bool prepare_operations(wall_time now);
  bool prepare_sweep(wall_time now);
  bool prepare_row(group_kind what, backends::system_row row);
  bool group_is_full() const;
  bool plan_chunk();
  void plan_turn(client_state& client);
  void execute_chunk(wall_time now);
  void execute_turn(client_state& client, std::span<const wanted_sessions> needs, bool alone, wall_time now);
  result<bool> ready_for(const operations::description& what, wall_time now);
  result<bool> settle_due(wall_time now);
  result<bool> stage_due(std::vector<backends::expiry_row> rows, wall_time now);
  result<void> stage_swept(wall_time now);
  void stage_rows(wall_time now);
  void sweep_failed(const error& why);

  // execute.cpp: one operation
  void read(const wire::batch_item& item, const client_state& client, queued_operation& into) const;
  result<void> check(const any_operation& what, const client_state& client) const;
  template <class Each>
  void for_ids_of(const any_operation& what, Each each);
  wanted_sessions want_sessions_of(const any_operation& what);
  result<bool> read_session(std::size_t number, const wanted_sessions& needs,
                            const operations::description& what);
  result<std::optional<std::size_t>> fetch(const any_operation& what, const wanted_sessions& needs);
  step execute_next(client_state& client, const wanted_sessions& needs, wall_time now);
  step execute(client_state& client, const queued_operation& item);
  bool answer_repeated(client_state& client, std::uint64_t seq);
  void answer_failure(client_state& client, std::uint64_t seq, const error& why);

  store_core_options options_;
  backends::backend* engine_;
  wire::token incarnation_{};
  store_rows::tickets tickets_;
  std::uint64_t last_ticket_ = 0;
  counters committed_;
  counters counters_; ///< With what is staged.
  version_reserve versions_;
  client_table clients_;
  turns turns_;
  flow_control flow_;
  std::vector<std::vector<queued_operation>> spare_items_; ///< Empty; they keep their memory.
  forward_clock clock_;
  session_overlay overlay_;
  actors::logout_guard guard_;
  reply_builder replies_;
  backends::commit staged_;
  std::optional<error> read_only_;
  store_view view_; ///< What operations see, of the others here.
  group_kind group_ = group_kind::none;
  std::vector<client_state*> group_clients_; ///< Those of which the group has executed something.
  std::size_t group_operations_ = 0;         ///< Operations the group has executed.
  std::size_t group_bytes_ = 0;              ///< Bytes of its mutations, and of what they read.
  std::size_t group_read_ = 0;               ///< Bytes of data that were read for it.
  due_state due_ = due_state::unknown;
  std::vector<backends::expiry_row> unread_due_; ///< Those that could not be looked at, until the group ends.
  std::vector<planned_turn> plan_;
  std::vector<wanted_sessions> plan_needs_; ///< Of each planned operation.
  bool sweep_wanted_ = false;
  bool sweep_turn_ = false;            ///< The last group was of operations.
  std::optional<error> sweep_problem_; ///< Why the last sweep failed.
  std::uint32_t sweep_failures_ = 0;   ///< In a row.
  std::uint32_t sweep_pause_ = 0;      ///< Ticks until it is tried again.
  bool probe_wanted_ = false;
  bool must_restart_ = false;
  std::uint64_t operations_ = 0;
  std::uint64_t commits_ = 0;
};

} // namespace cluster_store::actors
