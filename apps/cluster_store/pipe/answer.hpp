#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <cluster_store/actors/client.hpp>

namespace cluster_store::apps {

/// What an answer of `pipe` refers to: a line's own number or, if that could not be read, its place in the
/// input. One-shot commands have neither.
struct answer_key {
  enum class kind : std::uint8_t { none, seq, line };

  kind what = kind::none;
  std::uint64_t number = 0;
};

/// Each appends one answer to `out`, a JSON object on a line of its own.
void append_failure(std::string& out, answer_key key, const error& problem);
void append_answer(std::string& out, answer_key key, const std::optional<session>& found);
void append_answer(std::string& out, answer_key key, const listing& page);

/// As above for answers of one field, such as `"touched":true` or `"count":3`.
void append_flag(std::string& out, answer_key key, std::string_view name, bool value);
void append_number(std::string& out, answer_key key, std::string_view name, std::uint64_t value);

/// The answer of regenerate: `"regenerated":true,"version":N` or `"regenerated":false`.
void append_regenerated(std::string& out, answer_key key, std::optional<version_number> version);

/// Appends `"id":…,"data":…,"version":…,"ttl_ms":…` in braces, without a line end.
void append_session(std::string& out, const listed_session& row);

} // namespace cluster_store::apps
