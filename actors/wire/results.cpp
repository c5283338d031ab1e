#include <cluster_store/actors/wire/wire.hpp>

#include <cluster_store/actors/wire/codec.hpp>

namespace cluster_store::wire {

namespace {

constexpr std::uint8_t succeeded = 0;
constexpr std::uint8_t not_found = 0;
constexpr std::uint8_t found_without_ttl = 1;
constexpr std::uint8_t found_with_ttl = 2;

void write_session(writer& to, version_number version, std::optional<time_to_live> ttl,
                   std::string_view data) {
  to.fixed(ttl ? found_with_ttl : found_without_ttl);
  to.variable(version);
  if (ttl)
    to.variable_signed(ttl->count());
  to.bytes(data);
}

/// @returns whether there was a session.
bool read_session(reader& from, session& out) {
  const auto how = from.fixed<std::uint8_t>();
  if (how == not_found)
    return false;
  out.version = from.variable();
  if (how == found_with_ttl)
    out.ttl = time_to_live{from.variable_signed()};
  out.data = from.bytes();
  return true;
}

void write_answer(writer& to, const answer& what) {
  to.fixed(static_cast<std::uint8_t>(what.what));
  switch (what.what) {
  case op::get:
    if (what.found)
      write_session(to, what.content.version, what.content.ttl, what.content.data);
    else
      to.fixed(not_found);
    break;
  case op::set:
    to.variable(what.content.version);
    break;
  case op::touch:
  case op::destroy:
    to.fixed(static_cast<std::uint8_t>(what.found));
    break;
  case op::regenerate:
    to.fixed(static_cast<std::uint8_t>(what.found));
    to.variable(what.content.version);
    break;
  case op::length:
  case op::clear:
    to.variable(what.count);
    break;
  case op::all:
    to.bytes(what.cursor);
    to.variable(what.sessions.size());
    for (const auto& each : what.sessions) {
      to.bytes(each.id);
      write_session(to, each.content.version, each.content.ttl, each.content.data);
    }
    break;
  }
}

void read_page(reader& from, answer& out) {
  out.cursor = from.bytes();
  const auto count = from.variable();
  for (std::uint64_t i = 0; i < count && from.ok(); ++i) {
    listed_session row;
    row.id = from.bytes();
    read_session(from, row.content);
    if (from.ok())
      out.sessions.push_back(std::move(row));
  }
}

/// @returns false if the answer is of an operation that is not known here.
bool read_answer(reader& from, answer& out) {
  out.what = static_cast<op>(from.fixed<std::uint8_t>());
  switch (out.what) {
  case op::get:
    out.found = read_session(from, out.content);
    return true;
  case op::set:
    out.content.version = from.variable();
    return true;
  case op::touch:
  case op::destroy:
    out.found = from.fixed<std::uint8_t>() != 0;
    return true;
  case op::regenerate:
    out.found = from.fixed<std::uint8_t>() != 0;
    out.content.version = from.variable();
    return true;
  case op::length:
  case op::clear:
    out.count = from.variable();
    return true;
  case op::all:
    read_page(from, out);
    return true;
  }
  return false;
}

/// An error code of a newer peer still is an error: nothing is known of its outcome.
errc read_code(std::uint8_t status) {
  return errc_from(status).value_or(errc::outcome_unknown);
}

auto unreadable() {
  return fail(errc::invalid_argument, "the results frame is not readable");
}

} // namespace

void append_result(std::uint64_t seq, const result<answer>& what, std::string& out) {
  writer to{out};
  const auto start = to.begin_length();
  to.variable(seq);
  if (what) {
    to.fixed(succeeded);
    write_answer(to, *what);
  } else {
    to.fixed(static_cast<std::uint8_t>(what.error().code));
    to.bytes(what.error().message);
  }
  to.end_length(start);
}

void append_found(std::uint64_t seq, version_number version, std::optional<time_to_live> ttl,
                  std::string_view data, std::string& out) {
  writer to{out};
  const auto start = to.begin_length();
  to.variable(seq);
  to.fixed(succeeded);
  to.fixed(static_cast<std::uint8_t>(op::get));
  write_session(to, version, ttl, data);
  to.end_length(start);
}

result<result_item> take_result(std::string_view& bytes) {
  reader frame{bytes};
  reader from{frame.length_prefixed()};
  bytes = frame.rest();
  result_item item;
  item.seq = from.variable();
  const auto status = from.fixed<std::uint8_t>();
  bool known = true; // a default-constructed result holds an empty answer
  if (status == succeeded)
    known = read_answer(from, *item.what);
  else
    item.what = fail(read_code(status), std::string{from.bytes()});
  if (!frame.ok() || !known || !from.done())
    return unreadable();
  return item;
}

void append_results_head(const results_head& head, std::string& out) {
  writer to{out};
  to.fixed(head.ticket);
  to.fixed(head.refusal ? static_cast<std::uint8_t>(*head.refusal) : succeeded);
}

result<results_head> take_results_head(std::string_view& bytes) {
  reader from{bytes};
  results_head head;
  head.ticket = from.fixed<std::uint64_t>();
  const auto status = from.fixed<std::uint8_t>();
  if (!from.ok())
    return unreadable();
  if (status != succeeded)
    head.refusal = read_code(status);
  bytes = from.rest();
  return head;
}

} // namespace cluster_store::wire
