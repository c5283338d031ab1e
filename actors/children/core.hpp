#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <cluster_store/actors/children.hpp>
#include <cluster_store/actors/store/restart_window.hpp>
#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// Names one process among all that are ever started; never 0.
using run_number = std::uint64_t;

/// What the core wants done.
struct start_run {
  std::size_t worker = 0; ///< Number of the slot, from 1 on.
  run_number run = 0;     ///< Answered with `started` or `not_started`.
};
struct ask_to_end {
  run_number run = 0;
};
struct kill_run {
  run_number run = 0;
};

using child_effect = std::variant<start_run, ask_to_end, kill_run, child_event>;

/// Keeps a number of slots filled with processes: starts them, starts again what ends, replaces them one
/// after another, ends them.
///
/// A slot has a window of restarts of its own, so that one whose process ends at once holds up no other.
/// Pure; one thread.
class children_core {
public:
  struct settings {
    std::size_t workers = 1;
    std::chrono::milliseconds grace{10'000};
    std::chrono::milliseconds successor_timeout{30'000};
    restart_window::settings restarts{};
  };

  /// A process that lived that long is well: its slot's window begins anew.
  static constexpr std::chrono::seconds settled_after{1};

  /// A killed process that has not ended for so long (it hangs in the kernel) is waited for no more.
  static constexpr std::chrono::seconds kill_patience{5};

  explicit children_core(const settings& how);

  /// Begins. @pre called once, before everything else.
  void start();

  void started(run_number run, std::uint64_t process_id, steady_time now);
  void not_started(run_number run, const std::string& why, steady_time now);

  /// The process of `run` ended. @param how in words: "with code 3". Unknown runs are ignored.
  void ended(run_number run, const std::string& how, steady_time now);

  /// The process of `run` is connected to the master. May be said again and again.
  void connected(run_number run);

  /// All are to be replaced.
  void replace(steady_time now);

  /// All are to end, and nothing is started any more.
  void stop(steady_time now);

  /// As `stop`; who was asked to end has no more time.
  void hurry(steady_time now);

  /// Does what is due. @pre `now` is not before that of any call before.
  void tick(steady_time now);

  /// @returns when `tick` is needed next; nothing if it is not.
  std::optional<steady_time> next_wakeup() const;

  /// @returns whether a successor is waited for: `connected` is of interest.
  bool awaits_connection() const noexcept { return rolling_.has_value(); }

  /// @returns whether it was stopped and nothing is left to be waited for.
  bool finished() const noexcept { return stopping_ && runs_.empty(); }

  std::vector<child_effect> take_effects() { return std::exchange(effects_, {}); }

private:
  friend backends::invariants;

  struct run_state {
    std::size_t worker = 0;
    std::uint64_t process_id = 0; ///< 0: its start was not answered yet.
    steady_time since{};          ///< When it was started.
    bool connected = false;
    std::optional<steady_time> end_by; ///< It was asked to end: when it is killed, or given up once it was.
    bool killed = false;
  };

  struct slot {
    run_number current = 0; ///< 0: none.
    std::optional<steady_time> restart_at;
    restart_window window;
  };

  /// A round of replacements.
  struct rolling {
    std::size_t worker = 0;   ///< Whose turn it is.
    run_number successor = 0; ///< 0: its predecessor is about to end.
    run_number former = 0;    ///< 0: there was none.
    steady_time give_up_at{};
    bool again = false;
  };

  void check_invariants() const;

  slot& slot_of(std::size_t worker) { return slots_[worker - 1]; }
  run_number begin_run(std::size_t worker);
  void ask_run_to_end(run_number run, steady_time now);
  void say(child_event::kind what, const run_state& whom, std::string message);

  void slot_ended(std::size_t worker, const run_state& last, const std::string& how, steady_time now);
  bool rolling_ended(run_number run, const run_state& last, const std::string& how, steady_time now);
  void say_it_stays(const std::string& why);
  void look_after_endings(steady_time now);
  void roll(steady_time now);
  void roll_to(std::size_t worker, steady_time now);
  void give_up_successor(const std::string& why, steady_time now);
  bool is_ready(const run_state& successor, steady_time now) const;

  settings settings_;
  std::vector<slot> slots_;
  std::map<run_number, run_state> runs_; ///< All that have not ended.
  std::optional<rolling> rolling_;
  std::vector<child_effect> effects_;
  run_number last_run_ = 0;
  bool ever_connected_ = false; ///< A process of this command was connected once: they use the store.
  bool stopping_ = false;
};

} // namespace cluster_store::actors
