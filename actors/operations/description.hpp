#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <cluster_store/backends/session.hpp>

/// The operations of a store. Each is one type in one header: its fields, its reply and what is known of it;
/// its meaning is one function in the source beside it. All else is derived from that (docs/ARCHITECTURE.md,
/// "Operations").
namespace cluster_store::operations {

/// How much of a store an operation concerns.
enum class reach : std::uint8_t {
  sessions, ///< Those it names.
  store     ///< All of them.
};

/// What is known of an operation beside its fields.
struct description {
  std::uint8_t tag = 0;          ///< On the wire and in client rows; never changes, never used twice.
  std::string_view name = {};    ///< In `pipe` and the documents.
  std::string_view answers = {}; ///< The field of its answer in `pipe`; empty if it has fields of its own.
  std::uint32_t capability = 0;  ///< The bit in a welcome that says whether a store can do it.
  bool changes = false;          ///< It may change the store: it is remembered, and applied once.
  reach concerns = reach::sessions;
  bool without_expired = false; ///< What is over must have been removed before.
  bool sees_committed = false;  ///< It asks the engine, so nothing may have been changed since the commit.
  bool only_removes = false;    ///< It wants to know whether a session is there, and nothing of its data.
  bool for_admins = false;      ///< Where admins have a secret of their own, only they may.
};

/// What a field of an operation is, for those who check, show or look for it.
struct field {
  enum class kind : std::uint8_t { id, ids, data, ttl, version, rows, cursor, prefix };

  std::string_view name; ///< In `pipe` and the documents.
  kind what;
};

namespace fields {

inline constexpr field id{"id", field::kind::id};
inline constexpr field new_id{"new_id", field::kind::id};
inline constexpr field ids{"ids", field::kind::ids};
inline constexpr field data{"data", field::kind::data};
inline constexpr field ttl{"ttl_ms", field::kind::ttl};
inline constexpr field seen{"seen", field::kind::version};
inline constexpr field if_version{"if_version", field::kind::version};
inline constexpr field rows{"limit", field::kind::rows};
inline constexpr field cursor{"cursor", field::kind::cursor};
inline constexpr field prefix{"prefix", field::kind::prefix};

} // namespace fields

/// Most ids that one operation names, and most bytes of data that its answer has.
inline constexpr std::size_t ids_max = 1'000;
inline constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024;

} // namespace cluster_store::operations

namespace cluster_store::actors {

class store_view;

} // namespace cluster_store::actors
