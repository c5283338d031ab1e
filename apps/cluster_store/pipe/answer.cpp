#include <cluster_store/apps/cluster_store/pipe/answer.hpp>

#include <array>
#include <charconv>

#include <cluster_store/apps/cluster_store/base64.hpp>
#include <cluster_store/apps/cluster_store/json_text.hpp>

namespace cluster_store::apps {

namespace {

template <class Number>
void append_digits(std::string& out, Number number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

template <class Number>
void append_field(std::string& out, std::string_view name, Number number) {
  out += ",\"";
  out += name;
  out += "\":";
  append_digits(out, number);
}

void append_content(std::string& out, const session& content) {
  append_json_bytes(out, "data", content.data);
  append_field(out, "version", content.version);
  if (content.ttl)
    append_field(out, "ttl_ms", content.ttl->count());
}

/// Appends `,"sessions":[…]`.
template <class List, class F>
void append_sessions(std::string& out, const List& list, F&& append) {
  out += ",\"sessions\":[";
  for (const auto& each : list) {
    out += &each == &list.front() ? "" : ",";
    append(each);
  }
  out += ']';
}

} // namespace

void begin_answer(std::string& out, answer_key key, bool ok) {
  out += '{';
  if (key.what != answer_key::kind::none) {
    out += key.what == answer_key::kind::seq ? "\"seq\":" : "\"line\":";
    append_digits(out, key.number);
    out += ',';
  }
  out += ok ? "\"ok\":true" : "\"ok\":false";
}

void append_failure(std::string& out, answer_key key, const error& problem) {
  begin_answer(out, key, false);
  out += ",\"error\":\"";
  out += to_string(problem.code);
  out += "\",\"message\":";
  append_json_message(out, problem.message);
  out += "}\n";
}

void append_reply(std::string& out, const std::optional<session>& found, std::string_view) {
  out += found ? ",\"found\":true," : ",\"found\":false";
  if (found)
    append_content(out, *found);
}

void append_reply(std::string& out, const std::vector<std::optional<session>>& sessions, std::string_view) {
  append_sessions(out, sessions, [&out](const std::optional<session>& each) {
    out += each ? "{" : "null";
    if (each)
      append_content(out, *each);
    out += each ? "}" : "";
  });
}

void append_reply(std::string& out, const listing& page, std::string_view) {
  append_sessions(out, page.sessions, [&out](const listed_session& row) { append_session(out, row); });
  out += ",\"cursor\":\"";
  append_base64(out, page.cursor);
  out += '"';
}

void append_reply(std::string& out, bool is, std::string_view name) {
  out += ",\"";
  out += name;
  out += is ? "\":true" : "\":false";
}

void append_reply(std::string& out, std::uint64_t number, std::string_view name) {
  append_field(out, name, number);
}

void append_reply(std::string& out, std::optional<version_number> moved, std::string_view) {
  append_reply(out, moved.has_value(), "regenerated");
  if (moved)
    append_field(out, "version", *moved);
}

void append_session(std::string& out, const listed_session& row) {
  out += '{';
  append_json_bytes(out, "id", row.id);
  out += ',';
  append_content(out, row.content);
  out += '}';
}

} // namespace cluster_store::apps
