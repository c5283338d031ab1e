#include <cluster_store/actors/wire/batch.hpp>

#include <cluster_store/actors/wire/codec.hpp>

namespace cluster_store::wire {

batch_writer::batch_writer(const batch_head& head) {
  writer to{buffer_};
  to.raw(head.client.bytes);
  to.fixed(head.ticket);
  to.variable(head.floor);
  to.variable(head.answers_taken);
  to.variable(head.requests_wanted);
  to.variable(head.requests_returned);
  head_bytes_ = buffer_.size();
}

void batch_writer::add(const batch_item& what) {
  writer to{buffer_};
  to.fixed(what.tag);
  const auto start = to.begin_length();
  to.variable(what.seq);
  to.raw(what.body);
  to.end_length(start);
  ++count_;
}

result<batch_reader> batch_reader::open(std::string_view bytes) {
  reader from{bytes};
  batch_reader out;
  out.head_.client.bytes = from.octets<16>();
  out.head_.ticket = from.fixed<std::uint64_t>();
  out.head_.floor = from.variable();
  out.head_.answers_taken = from.variable();
  out.head_.requests_wanted = from.variable();
  out.head_.requests_returned = from.variable();
  if (!from.ok())
    return fail(errc::invalid_argument, "the batch has no readable head");
  out.rest_ = from.rest();
  return out;
}

result<std::optional<batch_item>> batch_reader::next() {
  if (rest_.empty())
    return std::nullopt;
  reader from{rest_};
  batch_item item;
  item.tag = from.fixed<std::uint8_t>();
  reader body{from.length_prefixed()};
  if (!from.ok()) {
    rest_ = {};
    return fail(errc::invalid_argument, "the batch is cut off in the middle of an operation");
  }
  rest_ = from.rest();
  item.seq = body.variable();
  if (body.ok())
    item.body = body.rest();
  return item;
}

} // namespace cluster_store::wire
