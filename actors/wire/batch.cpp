#include <cluster_store/actors/wire/batch.hpp>

namespace cluster_store::wire {

namespace {

/// What a head consists of: `code` writes what is there, or reads it.
template <class Coder>
void code_head(Coder& code, auto& what) {
  code.raw(what.client.bytes);
  code.fixed(what.ticket);
  code.variable(what.floor);
  code.variable(what.answers_taken);
  code.variable(what.requests_wanted);
  code.variable(what.requests_returned);
}

} // namespace

batch_writer::batch_writer(const batch_head& head, std::size_t expected_bytes) {
  buffer_.reserve(expected_bytes);
  writer to{buffer_};
  code_head(to, head);
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
  code_head(from, out.head_);
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
