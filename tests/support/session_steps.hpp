#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/tests/support/history.hpp>

namespace cluster_store::tests {

/// What is known of a session at one place of an order of its calls.
struct session_state {
  bool present = false;
  std::uint64_t value = 0;         ///< 0: written by a call that nobody saw the result of.
  std::uint64_t version = 0;       ///< As `value`.
  std::uint64_t version_floor = 0; ///< Highest version written so far.
};

/// One call, reduced to what it says about the states before and after it.
struct session_step {
  enum class kind : std::uint8_t {
    value_read,       ///< The session has this value and version.
    present_read,     ///< There is a session.
    absent_read,      ///< There is none.
    not_version_read, ///< Its version is not `if_version` (0: there is a session).
    write,            ///< Sets value and version; requires `if_version` if it has one.
    remove,           ///< Removes the session, which was there.
    hidden_write,     ///< A write that may have happened and that nobody saw.
    hidden_remove,    ///< A removal that may have happened.
  };

  kind what = kind::absent_read;
  std::uint64_t value = 0;
  std::uint64_t version = 0;
  std::optional<std::uint64_t> if_version;
  moment invoked = 0;
  moment answered = never; ///< It took place before this.
  std::size_t source = 0;  ///< Index of the call.

  bool is_read() const noexcept { return what <= kind::not_version_read; }
  bool is_hidden() const noexcept { return what >= kind::hidden_write; }
};

/// @returns whether `what` can come next after `before`.
bool is_legal(const session_step& what, const session_state& before);

/// @returns the state after `what`.
/// @pre `is_legal(what, before)`.
session_state after(const session_step& what, const session_state& before);

/// The steps that an order must contain and those that it may contain, each in order of their start.
struct session_steps {
  std::vector<session_step> required;
  std::vector<session_step> hidden;
  std::string
      contradiction; ///< Set if no order can exist, whatever its times: what was read was never written.
};

/// Reduces the calls on one session: matches reads with the writes they saw.
session_steps steps_of(const history& calls);

} // namespace cluster_store::tests
