#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/apps/cluster_store/pipe/fields.hpp>

namespace cluster_store::apps {

/// One line of `pipe`, read. Reuse one object: its strings keep their memory.
struct pipe_request {
  std::optional<std::uint64_t> seq; ///< Also set for a bad line whose number could be read.
  operations::any_of<std::string> what;
};

/// Reads lines of `pipe`: JSON objects (RFC 8259) with the fields of their operation, each at most once, in
/// any order. Knows no state but the memory of its strings, which it keeps from line to line; that is bounded
/// by the longest line. Not thread-safe.
///
/// | op | fields besides `seq` and `op`; those in brackets may be left out; null is no value of any |
/// |---|---|
/// | set | id, data or data_base64, [ttl_ms], [seen], [if_version] |
/// | get, destroy | id |
/// | touch | id, [ttl_ms] |
/// | regenerate | id, new_id |
/// | all | [cursor], [prefix], [limit] |
/// | mget, mdestroy | ids |
/// | length, clear | none |
///
/// `id_base64` may stand for `id`, `new_id_base64` for `new_id` and `ids_base64` for `ids`.
class pipe_request_reader {
public:
  /// Reads one line.
  /// @post `into.seq` is set if it could be read as a whole, also when an error is returned.
  /// @errors `unsupported` for an unknown `op`, else `invalid_argument`, with a message that says where.
  result<void> read(std::string_view line, pipe_request& into);

private:
  pipe_line line_;
};

} // namespace cluster_store::apps
