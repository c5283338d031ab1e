#include <cluster_store/actors/wire/status_codec.hpp>

#include <cluster_store/actors/wire/codec.hpp>

namespace cluster_store::wire {

namespace {

void write_store(writer& to, const store_status& what) {
  to.bytes(what.name);
  to.bytes(what.engine);
  to.fixed(static_cast<std::uint8_t>(what.up));
  for (const auto figure : {what.sessions, what.clients, what.operations, what.commits, what.restarts})
    to.variable(figure);
  to.bytes(what.problem);
}

store_status read_store(reader& from) {
  store_status out;
  out.name = from.bytes();
  out.engine = from.bytes();
  out.up = from.fixed<std::uint8_t>() != 0;
  for (auto* figure : {&out.sessions, &out.clients, &out.operations, &out.commits, &out.restarts})
    *figure = from.variable();
  out.problem = from.bytes();
  return out;
}

} // namespace

std::string encode_status(const result<server_status>& what) {
  std::string out;
  writer to{out};
  if (!what) {
    to.fixed(static_cast<std::uint8_t>(what.error().code));
    to.bytes(what.error().message);
    return out;
  }
  to.fixed(std::uint8_t{0});
  to.variable(what->connections);
  to.variable(what->refused);
  to.variable(what->endpoints.size());
  for (const auto& each : what->endpoints)
    to.bytes(to_string(each));
  to.variable(what->stores.size());
  for (const auto& each : what->stores)
    write_store(to, each);
  return out;
}

result<server_status> decode_status(std::string_view bytes) {
  const auto unreadable = fail(errc::invalid_argument, "the status is not readable");
  reader from{bytes};
  if (const auto code = from.fixed<std::uint8_t>(); from.ok() && code != 0)
    return fail(errc_from(code).value_or(errc::unsupported), std::string{from.bytes()});
  server_status out;
  out.connections = from.variable();
  out.refused = from.variable();
  for (auto left = from.variable(); left > 0 && from.ok(); --left) {
    auto where = parse_endpoint(from.bytes());
    if (!where)
      return unreadable;
    out.endpoints.push_back(std::move(*where));
  }
  for (auto left = from.variable(); left > 0 && from.ok(); --left)
    out.stores.push_back(read_store(from));
  if (!from.done())
    return unreadable;
  return out;
}

} // namespace cluster_store::wire
