#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// A field that lines of `pipe` may have.
struct pipe_field {
  enum class kind : std::uint8_t { text, texts, whole_number, counting_number };

  std::string_view name;
  kind takes = kind::text;
};

/// All of them. What may stand in one as Base64 instead is the field behind it.
inline constexpr std::array<pipe_field, 16> pipe_fields{{
    {"seq", pipe_field::kind::counting_number},
    {"op"},
    {"id"},
    {"id_base64"},
    {"ids", pipe_field::kind::texts},
    {"ids_base64", pipe_field::kind::texts},
    {"new_id"},
    {"new_id_base64"},
    {"data"},
    {"data_base64"},
    {"ttl_ms", pipe_field::kind::whole_number},
    {"seen", pipe_field::kind::counting_number},
    {"if_version", pipe_field::kind::counting_number},
    {"cursor"},
    {"prefix"},
    {"limit", pipe_field::kind::counting_number},
}};

/// @returns the place of a field among them; their number if there is none with that name.
constexpr std::size_t pipe_field_index(std::string_view name) {
  std::size_t index = 0;
  while (index < pipe_fields.size() && pipe_fields[index].name != name)
    ++index;
  return index;
}

using pipe_field_set = std::bitset<pipe_fields.size()>;

/// The fields of one line as they stand there, before anybody asked what they mean. Reuse one object: it
/// keeps its memory.
struct pipe_line {
  /// Each kind has its own part; a number with a sign is its two's complement.
  using value = std::tuple<std::string, std::vector<std::string>, std::uint64_t>;

  pipe_field_set present; ///< Those with a value of their type.
  std::array<value, pipe_fields.size()> values;

  /// @returns what stands in a field; null if it is not there.
  value* find(std::size_t index) { return present[index] ? &values[index] : nullptr; }
};

/// Reads the JSON of one line into `into`: known fields only, each once, each of its type.
/// @post `seq` is present, also when an error is returned, if it stands there once, valid, and what ends it
/// (`,` or `}`) was read, too: of a line that is cut or goes wrong after it.
/// @errors `invalid_argument` saying what is wrong with which field or at which byte.
result<void> read_pipe_fields(std::string_view line, pipe_line& into);

} // namespace cluster_store::apps
