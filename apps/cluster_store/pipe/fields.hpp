#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// The fields that lines of `pipe` may have.
enum class pipe_field : std::uint8_t {
  seq,
  op,
  id,
  id_base64,
  ids,
  ids_base64,
  new_id,
  new_id_base64,
  data,
  data_base64,
  ttl_ms,
  seen,
  if_version,
  cursor,
  prefix,
  limit,
};

inline constexpr std::array<std::string_view, 16> pipe_field_names{
    "seq",  "op",          "id",     "id_base64", "ids",        "ids_base64", "new_id", "new_id_base64",
    "data", "data_base64", "ttl_ms", "seen",      "if_version", "cursor",     "prefix", "limit"};

using pipe_field_set = std::bitset<pipe_field_names.size()>;

/// The fields of one line as they stand there, before anybody asked what they mean. Reuse one object.
struct pipe_fields {
  pipe_field_set present; ///< Those with a value of their type.
  std::array<std::string, pipe_field_names.size()> texts;
  std::array<std::vector<std::string>, pipe_field_names.size()> lists;
  std::array<std::int64_t, pipe_field_names.size()> signed_numbers{};
  std::array<std::uint64_t, pipe_field_names.size()> unsigned_numbers{};

  bool has(pipe_field field) const { return present[static_cast<std::size_t>(field)]; }
  std::string& text(pipe_field field) { return texts[static_cast<std::size_t>(field)]; }
  std::vector<std::string>& list(pipe_field field) { return lists[static_cast<std::size_t>(field)]; }
  std::int64_t signed_number(pipe_field field) const {
    return signed_numbers[static_cast<std::size_t>(field)];
  }
  std::uint64_t unsigned_number(pipe_field field) const {
    return unsigned_numbers[static_cast<std::size_t>(field)];
  }
};

/// Reads the JSON of one line into `into`: known fields only, each once, each of its type.
/// @post `seq` is present, also when an error is returned, if it stands there once, valid, and what ends it
/// (`,` or `}`) was read, too: of a line that is cut or goes wrong after it.
/// @errors `invalid_argument` saying what is wrong with which field or at which byte.
result<void> read_pipe_fields(std::string_view line, pipe_fields& into);

} // namespace cluster_store::apps
