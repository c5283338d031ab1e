#include <cluster_store/apps/cluster_store/pipe/answer.hpp>

#include <array>
#include <charconv>
#include <utility>

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

void begin(std::string& out, answer_key key, bool ok) {
  out += '{';
  if (key.what != answer_key::kind::none) {
    out += key.what == answer_key::kind::seq ? "\"seq\":" : "\"line\":";
    append_digits(out, key.number);
    out += ',';
  }
  out += ok ? "\"ok\":true" : "\"ok\":false";
}

void end(std::string& out) {
  out += "}\n";
}

void append_content(std::string& out, const session& content) {
  append_json_bytes(out, "data", content.data);
  append_field(out, "version", content.version);
  if (content.ttl)
    append_field(out, "ttl_ms", content.ttl->count());
}

} // namespace

void append_failure(std::string& out, answer_key key, const error& problem) {
  begin(out, key, false);
  out += ",\"error\":\"";
  out += to_string(problem.code);
  out += "\",\"message\":";
  append_json_message(out, problem.message);
  end(out);
}

void append_answer(std::string& out, answer_key key, const std::optional<session>& found, std::string_view) {
  begin(out, key, true);
  out += found ? ",\"found\":true," : ",\"found\":false";
  if (found)
    append_content(out, *found);
  end(out);
}

void append_answer(std::string& out, answer_key key, const std::vector<std::optional<session>>& sessions,
                   std::string_view) {
  begin(out, key, true);
  out += ",\"sessions\":[";
  bool first = true;
  for (const auto& each : sessions) {
    out += std::exchange(first, false) ? "" : ",";
    if (!each) {
      out += "null";
      continue;
    }
    out += '{';
    append_content(out, *each);
    out += '}';
  }
  out += ']';
  end(out);
}

void append_answer(std::string& out, answer_key key, const listing& page, std::string_view) {
  begin(out, key, true);
  out += ",\"sessions\":[";
  bool first = true;
  for (const auto& row : page.sessions) {
    out += std::exchange(first, false) ? "" : ",";
    append_session(out, row);
  }
  out += "],\"cursor\":\"";
  append_base64(out, page.cursor);
  out += '"';
  end(out);
}

void append_answer(std::string& out, answer_key key, bool is, std::string_view name) {
  begin(out, key, true);
  out += ",\"";
  out += name;
  out += is ? "\":true" : "\":false";
  end(out);
}

void append_answer(std::string& out, answer_key key, std::uint64_t number, std::string_view name) {
  begin(out, key, true);
  append_field(out, name, number);
  end(out);
}

void append_answer(std::string& out, answer_key key, std::optional<version_number> moved, std::string_view) {
  begin(out, key, true);
  out += moved ? ",\"regenerated\":true" : ",\"regenerated\":false";
  if (moved)
    append_field(out, "version", *moved);
  end(out);
}

void append_session(std::string& out, const listed_session& row) {
  out += '{';
  append_json_bytes(out, "id", row.id);
  out += ',';
  append_content(out, row.content);
  out += '}';
}

} // namespace cluster_store::apps
