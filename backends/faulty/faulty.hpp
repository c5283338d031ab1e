#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <cluster_store/backends/backend.hpp>
#include <cluster_store/backends/registry.hpp>

namespace cluster_store::backends {

/// The functions of `backend` that a fault can strike.
enum class call_kind : std::uint8_t { get, apply, scan, due, length, client_rows, system_rows, sync };

inline constexpr std::size_t call_kinds = 8;

/// One rule: which calls go wrong, and how.
struct fault {
  enum class kind : std::uint8_t {
    io_error,          ///< `io_error`; nothing was changed.
    unknown_applied,   ///< `outcome_unknown` after the call had its effect.
    unknown_unapplied, ///< `outcome_unknown` before it could have any.
    torn,    ///< Some of a commit's writes are applied, then `outcome_unknown`. Only for `apply`; the engine
             ///< then says `atomicity::session`, because that is what it is.
    broken,  ///< `outcome_unknown`, the seed decides whether applied, and the engine is broken from then on.
    slow,    ///< The call waits, then goes on as ever.
    corrupt, ///< One stored row of the answer, chosen by the seed, is `corrupt`. Only for `get` and `scan`.
    kill_before, ///< The process kills itself (SIGKILL) before the call has any effect.
    kill_after,  ///< The process kills itself when the call has had its effect, before it is answered.
    forget       ///< The client rows of the commit are left out, so that what is sent again is applied twice.
                 ///< Only for `apply`.
  };

  call_kind where = call_kind::apply;
  kind what = kind::io_error;
  std::uint64_t from = 1;   ///< The first call of this kind that may be struck; they count from 1.
  std::uint64_t to = 1;     ///< The last one.
  double probability = 1.0; ///< 0–1: how many of these calls are struck.
};

/// What goes wrong when. The same plan and calls give the same faults.
struct fault_plan {
  std::uint64_t seed = 1;
  std::vector<fault> faults =
      {}; ///< Of the rules for one call the first that strikes counts, after every `slow` and `forget`.
  std::chrono::milliseconds slow_for{50};        ///< How long a slow call waits, if there is no `slow_hook`.
  std::function<void(call_kind)> slow_hook = {}; ///< Called instead of waiting, on the caller's thread.
};

/// Wraps `inner` so that calls fail as planned: for tests of everything above a backend, also in whole
/// processes.
///
/// Threads: as `backend`; blocks if `inner` may or the plan has slow calls, and then says `may_block`.
/// Ownership: owns `inner`.
/// @errors `invalid_argument` for a rule that makes no sense (torn anywhere but in `apply`, …).
result<std::unique_ptr<backend>> make_faulty(std::unique_ptr<backend> inner, fault_plan plan);

/// Reads the plan of `faulty:INNER?seed=N&slow_ms=N&opens=N&CALL=RULE,RULE…`, where CALL is a `call_kind` and
/// a RULE is KIND@N (the N-th call), KIND@N-M, KIND@N- (from the N-th on) or one of these and ~P (each with
/// probability P), for example `apply=io_error@1-~0.01,broken@500`. Pure.
/// @errors `invalid_argument` saying which rule is wrong and how rules are written.
result<fault_plan> fault_plan_from(const uri& where);

/// Adds the engine for `faulty:` URIs; INNER is a percent-encoded URI of one of those that `engines` has now,
/// which resolves it and checks its presence. With `opens=N` only the first N times that URI is opened
/// through this registry or a copy have faults, so that a restarted store recovers.
void add_faulty(registry& engines);

} // namespace cluster_store::backends
