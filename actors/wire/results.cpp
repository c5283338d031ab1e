#include <cluster_store/actors/wire/results.hpp>

#include <cassert>
#include <cstring>

namespace cluster_store::wire {

namespace {

/// An error code of a newer peer still is an error: nothing is known of its outcome.
errc read_code(std::uint8_t status) {
  return errc_from(status).value_or(errc::outcome_unknown);
}

auto unreadable() {
  return fail(errc::invalid_argument, "the results frame is not readable");
}

} // namespace

void append_failure(std::uint64_t seq, const error& why, std::string& out) {
  writer to{out};
  const auto start = to.begin_length();
  to.variable(seq);
  to.fixed(static_cast<std::uint8_t>(why.code));
  to.bytes(why.message);
  to.end_length(start);
}

result<result_item> take_result(std::string_view& bytes) {
  reader frame{bytes};
  reader from{frame.length_prefixed()};
  bytes = frame.rest();
  result_item item;
  item.seq = from.variable();
  const auto status = from.fixed<std::uint8_t>();
  if (status == succeeded) {
    item.what->tag = from.fixed<std::uint8_t>(); // a default-constructed result holds an empty reply
    item.what->body = from.rest();
  } else {
    item.what = fail(read_code(status), std::string{from.bytes()});
  }
  if (!frame.ok() || !from.ok() || (status != succeeded && !from.done()))
    return unreadable();
  return item;
}

void append_results_head(const results_head& head, std::string& out) {
  writer to{out};
  to.fixed(head.ticket);
  to.fixed(head.refusal ? static_cast<std::uint8_t>(*head.refusal) : succeeded);
  to.fixed(head.requests_granted);
}

void set_requests_granted(std::uint64_t bytes, std::string& frame) {
  constexpr auto place = sizeof(results_head::ticket) + sizeof succeeded;
  assert(frame.size() >= place + sizeof bytes);
  std::memcpy(frame.data() + place, &bytes, sizeof bytes);
}

result<results_head> take_results_head(std::string_view& bytes) {
  reader from{bytes};
  results_head head;
  head.ticket = from.fixed<std::uint64_t>();
  const auto status = from.fixed<std::uint8_t>();
  head.requests_granted = from.fixed<std::uint64_t>();
  if (!from.ok())
    return unreadable();
  if (status != succeeded)
    head.refusal = read_code(status);
  bytes = from.rest();
  return head;
}

} // namespace cluster_store::wire
