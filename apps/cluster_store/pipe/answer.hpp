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

/// The answer that a reply is. @param name of its field, for those that have but one: `"touched":true`,
/// `"count":3`. That of `regenerate` is `"regenerated":true,"version":N` or `"regenerated":false`.
void append_answer(std::string& out, answer_key key, bool is, std::string_view name);
void append_answer(std::string& out, answer_key key, std::uint64_t number, std::string_view name);
void append_answer(std::string& out, answer_key key, std::optional<version_number> moved,
                   std::string_view name = {});
void append_answer(std::string& out, answer_key key, const std::optional<session>& found,
                   std::string_view name = {});
void append_answer(std::string& out, answer_key key, const std::vector<std::optional<session>>& sessions,
                   std::string_view name = {});
void append_answer(std::string& out, answer_key key, const listing& page, std::string_view name = {});

/// Appends `"id":…,"data":…,"version":…,"ttl_ms":…` in braces, without a line end.
void append_session(std::string& out, const listed_session& row);

} // namespace cluster_store::apps
