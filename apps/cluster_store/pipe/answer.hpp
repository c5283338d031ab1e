#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/actors/client.hpp>

namespace cluster_store::apps {

/// What an answer of `pipe` refers to: a line's own number or, if that could not be read, its place in the
/// input. One-shot commands have neither.
struct answer_key {
  enum class kind : std::uint8_t { none, seq, line };

  kind what = kind::none;
  std::uint64_t number = 0;
};

/// Appends the answer that an error is to `out`: a JSON object on a line of its own.
void append_failure(std::string& out, answer_key key, const error& problem);

/// Appends what a reply adds to `"ok":true`. @param name of its field, for those that have but one:
/// `"touched":true`, `"count":3`. That of `regenerate` is `"regenerated":true,"version":N` or
/// `"regenerated":false`.
void append_reply(std::string& out, bool is, std::string_view name);
void append_reply(std::string& out, std::uint64_t number, std::string_view name);
void append_reply(std::string& out, std::optional<version_number> moved, std::string_view);
void append_reply(std::string& out, const std::optional<session>& found, std::string_view);
void append_reply(std::string& out, const std::vector<std::optional<session>>& sessions, std::string_view);
void append_reply(std::string& out, const listing& page, std::string_view);

/// Appends what all answers begin with.
void begin_answer(std::string& out, answer_key key, bool ok);

/// Appends the answer that a reply is to `out`: a JSON object on a line of its own.
template <class Reply>
void append_answer(std::string& out, answer_key key, const Reply& reply, std::string_view name = {}) {
  begin_answer(out, key, true);
  append_reply(out, reply, name);
  out += "}\n";
}

/// Appends `"id":…,"data":…,"version":…,"ttl_ms":…` in braces, without a line end.
void append_session(std::string& out, const listed_session& row);

} // namespace cluster_store::apps
