#include <cluster_store/actors/wire/wire.hpp>

#include <cluster_store/actors/wire/codec.hpp>

namespace cluster_store::wire {

namespace {

enum flag : std::uint8_t { has_ttl = 1, has_seen = 2, has_if_version = 4, all_flags = 7 };

std::uint8_t flags_of(const operation& what) {
  std::uint8_t flags = what.ttl ? has_ttl : 0;
  if (what.when.what == condition::kind::seen)
    flags |= has_seen;
  if (what.when.what == condition::kind::if_version)
    flags |= has_if_version;
  return flags;
}

void write_expiry(writer& to, const operation& what) {
  if (what.ttl)
    to.variable_signed(what.ttl->count());
}

void write_fields(writer& to, const operation& what) {
  switch (what.what) {
  case op::get:
  case op::destroy:
    to.bytes(what.id);
    break;
  case op::set:
    to.fixed(flags_of(what));
    to.bytes(what.id);
    write_expiry(to, what);
    if (what.when.what != condition::kind::none)
      to.variable(what.when.version);
    to.bytes(what.data);
    break;
  case op::touch:
    to.fixed(static_cast<std::uint8_t>(what.ttl ? has_ttl : 0));
    to.bytes(what.id);
    write_expiry(to, what);
    break;
  case op::length:
  case op::clear:
    break;
  case op::all:
    to.bytes(what.cursor);
    to.bytes(what.prefix);
    to.variable(what.rows_max);
    break;
  case op::regenerate:
    to.bytes(what.id);
    to.bytes(what.target);
    break;
  }
}

/// Reads the flags, the id and what they announce. @returns false if a flag is not known.
bool read_flagged(reader& from, operation& what, std::uint8_t known) {
  const auto flags = from.fixed<std::uint8_t>();
  if ((flags & ~known) != 0 || (flags & (has_seen | has_if_version)) == (has_seen | has_if_version))
    return false;
  what.id = from.bytes();
  if (flags & has_ttl)
    what.ttl = time_to_live{from.variable_signed()};
  if (flags & has_seen)
    what.when = {condition::kind::seen, from.variable()};
  if (flags & has_if_version)
    what.when = {condition::kind::if_version, from.variable()};
  return true;
}

/// @returns false if the operation is of a newer protocol.
bool read_fields(reader& from, operation& what) {
  switch (what.what) {
  case op::get:
  case op::destroy:
    what.id = from.bytes();
    return true;
  case op::set:
    if (!read_flagged(from, what, all_flags))
      return false;
    what.data = from.bytes();
    return true;
  case op::touch:
    return read_flagged(from, what, has_ttl);
  case op::length:
  case op::clear:
    return true;
  case op::all: {
    what.cursor = from.bytes();
    what.prefix = from.bytes();
    const auto rows = from.variable();
    what.rows_max = rows > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(rows);
    return true;
  }
  case op::regenerate:
    what.id = from.bytes();
    what.target = from.bytes();
    return true;
  }
  return false;
}

batch_item read_item(std::uint8_t tag, std::string_view body) {
  reader from{body};
  batch_item item;
  item.seq = from.variable();
  operation what;
  what.what = static_cast<op>(tag);
  what.seq = item.seq;
  if (!read_fields(from, what))
    item.what = fail(errc::unsupported, "operation " + std::to_string(tag)
                                            + " is not known here: use a client of the master's version");
  else if (!from.done() || item.seq == 0)
    item.what =
        fail(errc::invalid_argument, "the body of operation " + std::to_string(tag) + " is not readable");
  else
    item.what = what;
  return item;
}

} // namespace

batch_writer::batch_writer(const batch_head& head) {
  writer to{buffer_};
  to.raw(head.client.bytes);
  to.fixed(head.ticket);
  to.variable(head.floor);
}

void batch_writer::add(const operation& what) {
  writer to{buffer_};
  to.fixed(static_cast<std::uint8_t>(what.what));
  const auto start = to.begin_length();
  to.variable(what.seq);
  write_fields(to, what);
  to.end_length(start);
  ++count_;
}

result<batch_reader> batch_reader::open(std::string_view bytes) {
  reader from{bytes};
  batch_reader out;
  out.head_.client.bytes = from.octets<16>();
  out.head_.ticket = from.fixed<std::uint64_t>();
  out.head_.floor = from.variable();
  if (!from.ok())
    return fail(errc::invalid_argument, "the batch has no readable head");
  out.rest_ = from.rest();
  return out;
}

result<std::optional<batch_item>> batch_reader::next() {
  if (rest_.empty())
    return std::nullopt;
  reader from{rest_};
  const auto tag = from.fixed<std::uint8_t>();
  const auto body = from.length_prefixed();
  if (!from.ok()) {
    rest_ = {};
    return fail(errc::invalid_argument, "the batch is cut off in the middle of an operation");
  }
  rest_ = from.rest();
  return read_item(tag, body);
}

} // namespace cluster_store::wire
