#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cluster_store {

/// What went wrong, as far as a caller can act on it. A code exists only where a caller does something else
/// because of it. Absence of a session is never an error.
///
/// The numbers travel on the wire and are never reused.
enum class errc : std::uint8_t {
  invalid_argument = 1,   ///< The request makes no sense (empty id, negative ttl, bad URI): correct it.
  too_large = 2,          ///< Id, data or batch above the store's limits: make it smaller.
  unsupported = 3,        ///< This store, engine or peer does not know the operation.
  unauthorized = 4,       ///< No or a wrong proof at the door, or a role that may not do this.
  not_admitted = 5,       ///< The master admits workers by hand and did not admit this one yet.
  version_mismatch = 6,   ///< The peer speaks no common protocol version or another CAF generation.
  conflict = 7,           ///< A precondition (`set_if`, `seen`, `regenerate`) did not hold: read again.
  overloaded = 8,         ///< A queue is full: back off.
  unavailable = 9,        ///< The store cannot be reached or is restarting; nothing was applied.
  deadline_exceeded = 10, ///< No answer in time; the operation may have been applied.
  outcome_unknown = 11,   ///< The answer is lost for good; the operation may have been applied.
  io_error = 12,          ///< The engine failed and the commit was aborted; nothing was applied.
  corrupt = 13,           ///< A stored record does not match its checksum or format.
};

/// Whether an operation that failed with a code may have changed the store.
enum class applied : std::uint8_t { no, maybe };

/// One row of the error table of docs/protocol.md.
struct errc_traits {
  errc code;
  std::string_view name; ///< What `to_string` returns and what NDJSON shows.
  applied effect;
  bool resend; ///< Whether a proxy may send the operation again until its deadline.
};

/// Every code, in order of its number.
inline constexpr std::array errc_table{
    errc_traits{errc::invalid_argument, "invalid_argument", applied::no, false},
    errc_traits{errc::too_large, "too_large", applied::no, false},
    errc_traits{errc::unsupported, "unsupported", applied::no, false},
    errc_traits{errc::unauthorized, "unauthorized", applied::no, false},
    errc_traits{errc::not_admitted, "not_admitted", applied::no, false},
    errc_traits{errc::version_mismatch, "version_mismatch", applied::no, false},
    errc_traits{errc::conflict, "conflict", applied::no, false},
    errc_traits{errc::overloaded, "overloaded", applied::no, false},
    errc_traits{errc::unavailable, "unavailable", applied::no, true},
    errc_traits{errc::deadline_exceeded, "deadline_exceeded", applied::maybe, false},
    errc_traits{errc::outcome_unknown, "outcome_unknown", applied::maybe, false},
    errc_traits{errc::io_error, "io_error", applied::no, false},
    errc_traits{errc::corrupt, "corrupt", applied::no, false},
};

/// @returns the row of `code`.
constexpr const errc_traits& traits_of(errc code) noexcept {
  return errc_table[static_cast<std::size_t>(code) - 1];
}

/// @returns whether waiting will not help whoever wants a store: another secret or another program is needed.
constexpr bool is_terminal(errc code) noexcept {
  return code == errc::unauthorized || code == errc::version_mismatch || code == errc::invalid_argument;
}

/// @returns the name of `code`, as in NDJSON answers.
constexpr std::string_view to_string(errc code) noexcept {
  return traits_of(code).name;
}

/// @returns the code with number `number`, or nothing if there is none (for example from a newer peer).
constexpr std::optional<errc> errc_from(std::uint8_t number) noexcept {
  if (number == 0 || number > errc_table.size())
    return std::nullopt;
  return static_cast<errc>(number);
}

} // namespace cluster_store
