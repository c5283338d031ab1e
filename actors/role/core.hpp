#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <cluster_store/actors/link/backoff.hpp>
#include <cluster_store/backends/invariants.hpp>
#include <cluster_store/backends/result.hpp>

namespace cluster_store::actors {

/// Look for a master and keep to it; what becomes of that goes to `role_core::link_up` and `link_down`.
struct follow_master {};

/// Look for no master any more.
struct follow_nobody {};

/// Try to become the master; the outcome goes to `role_core::took_over` or `not_taken`.
struct take_over {
  std::uint64_t attempt = 0;
};

/// Be the master no longer; then call `role_core::stepped_down`.
struct step_down {};

/// Tell the proxies how the store is reached: through the master that is followed, or in this process.
struct announce_role {
  bool master = false;
};

/// Tell the proxies that there is no way to the store for now, and why.
struct announce_none {
  error reason;
};

/// Which role a process of automatic mode has: it keeps to a master, and tries to become it when there is
/// none. Whoever tries takes a lock first that one process at most has, so that the lock decides and not who
/// found out first; all others find the new master a little later.
///
/// Pure; one thread.
class role_core {
public:
  using effect =
      std::variant<follow_master, follow_nobody, take_over, step_down, announce_role, announce_none>;

  /// @param random 64 random bits, for the jitter of the back-off.
  explicit role_core(std::function<std::uint64_t()> random) : random_(std::move(random)) {}

  void start();

  /// There is a connection to a master.
  void link_up(steady_time now);

  /// It is gone, or an attempt to get one failed. `unavailable` says that there may be no master: any other
  /// error comes from one that lives.
  void link_down(const error& why, steady_time now);

  /// This process is the master. Outcomes of older attempts are ignored.
  void took_over(std::uint64_t attempt, steady_time now);

  /// It is not: another one has the lock, or the data could not be opened.
  void not_taken(std::uint64_t attempt, const error& why, steady_time now);

  /// Something ended that the master cannot do without, or others took its endpoint; perhaps before it was
  /// known here that this process is the master.
  void master_failed(const error& why);

  void stepped_down(steady_time now);

  /// Does what is due. Call it at `next_wakeup()`.
  void tick(steady_time now);

  /// Nobody wants a role any more.
  void stop();

  /// @returns whether the outcome of `attempt` would be heeded.
  bool awaits(std::uint64_t attempt) const noexcept {
    return state_ == state::taking_over && attempt == attempt_;
  }

  bool is_master() const noexcept { return state_ == state::master; }
  bool is_worker() const noexcept { return state_ == state::worker; }

  std::optional<steady_time> next_wakeup() const;
  std::vector<effect> take_effects() { return std::exchange(effects_, {}); }

private:
  friend backends::invariants;

  enum class state : std::uint8_t {
    idle,
    seeking,       ///< Looks for a master.
    worker,        ///< Has one.
    taking_over,   ///< Tries to become it.
    master,        ///< Is it.
    stepping_down, ///< Was it.
    resting,       ///< Until `wakeup_`, before it looks for one again.
    stopped
  };

  void seek();
  void rest(steady_time now);
  void leave_office(const error& why);
  bool follows() const noexcept { return state_ == state::seeking || state_ == state::worker; }
  void check_invariants() const;

  std::function<std::uint64_t()> random_;
  std::vector<effect> effects_;
  state state_ = state::idle;
  std::uint64_t attempt_ = 0;
  backoff backoff_;
  steady_time wakeup_{};
  std::optional<error> early_failure_; ///< Of a master that is not known yet to be one.
};

} // namespace cluster_store::actors
