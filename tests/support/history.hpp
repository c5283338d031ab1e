#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cluster_store::tests {

/// What a recorded call asked for.
enum class action : std::uint8_t { get, set, touch, destroy };

/// What its caller knows about it.
enum class outcome : std::uint8_t {
  answered,  ///< It was applied, with the answer that is recorded.
  unapplied, ///< It failed with a code that promises that nothing was applied.
  unknown,   ///< It was applied at some moment after its start, or never.
};

/// Moment on one clock of the test, in nanoseconds.
using moment = std::int64_t;
inline constexpr moment never = std::numeric_limits<moment>::max();

/// One call of one worker, as its caller saw it.
struct call {
  action what = action::get;
  outcome how = outcome::answered;
  std::uint32_t worker = 0;
  std::uint64_t seq = 0;
  std::string id;
  std::uint64_t value = 0;   ///< set: what it wrote, never twice in a history. get: what it read.
  std::uint64_t version = 0; ///< set: of its answer. get: what it read.
  std::optional<std::uint64_t> if_version; ///< set: its condition; 0 = only if there is no session.

  /// get, touch, destroy: whether there was a session. set: false is a `conflict`, which means that the
  /// condition did not hold.
  bool found = true;

  moment invoked = 0;
  moment answered = never; ///< Ignored unless `how` is `answered`.
};

/// Calls on many sessions, in any order.
using history = std::vector<call>;

/// @returns the calls of each session.
std::map<std::string, history> by_session(history all);

/// @returns the call on one line, for messages of tests.
std::string to_string(const call& what);

} // namespace cluster_store::tests
