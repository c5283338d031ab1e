#include <cluster_store/actors/wire/greeting.hpp>

#include <cluster_store/actors/wire/codec.hpp>

namespace cluster_store::wire {

namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::uint8_t succeeded = 0;

auto unreadable(std::string_view what) {
  return fail(errc::invalid_argument, "the " + std::string{what} + " is not readable");
}

} // namespace

std::string encode(const hello& message) {
  std::string out;
  writer to{out};
  to.fixed(message.protocol_lowest);
  to.fixed(message.protocol_highest);
  to.raw(message.pass);
  to.raw(message.client.bytes);
  to.bytes(message.store);
  to.bytes(message.worker);
  to.variable(message.process_id);
  to.variable(message.answers_window);
  return out;
}

result<hello> decode_hello(std::string_view bytes) {
  reader from{bytes};
  hello out;
  out.protocol_lowest = from.fixed<std::uint16_t>();
  out.protocol_highest = from.fixed<std::uint16_t>();
  out.pass = from.octets<16>();
  out.client.bytes = from.octets<16>();
  out.store = from.bytes();
  out.worker = from.bytes();
  out.process_id = from.variable();
  if (!from.done()) // protocol 1 had none
    out.answers_window = from.variable();
  // What follows is of a newer protocol and tells us nothing we could use: the version range decides.
  if (!from.ok() || out.store.empty() || out.store.size() > name_bytes_max
      || out.worker.size() > name_bytes_max)
    return unreadable("hello");
  return out;
}

std::string encode(const result<welcome>& message) {
  std::string out;
  writer to{out};
  if (!message) {
    to.fixed(static_cast<std::uint8_t>(message.error().code));
    to.bytes(message.error().message);
    return out;
  }
  to.fixed(succeeded);
  to.fixed(message->protocol);
  to.fixed(message->ticket);
  to.raw(message->incarnation);
  to.fixed(static_cast<std::uint8_t>(message->known));
  to.fixed(message->forgotten_ticket);
  to.variable(message->last_applied);
  to.fixed(message->capabilities);
  to.variable(message->limits.id_bytes_max);
  to.variable(message->limits.data_bytes_max);
  to.fixed(message->in_flight_max);
  to.variable(message->requests_granted);
  return out;
}

result<welcome> decode_welcome(std::string_view bytes) {
  reader from{bytes};
  const auto status = from.fixed<std::uint8_t>();
  if (from.ok() && status != succeeded) {
    const auto message = std::string{from.bytes()};
    if (!from.ok())
      return unreadable("welcome");
    return fail(errc_from(status).value_or(errc::unsupported), message);
  }
  welcome out;
  out.protocol = from.fixed<std::uint16_t>();
  out.ticket = from.fixed<std::uint64_t>();
  out.incarnation = from.octets<16>();
  out.known = from.fixed<std::uint8_t>() != 0;
  out.forgotten_ticket = from.fixed<std::uint64_t>();
  out.last_applied = from.variable();
  out.capabilities = from.fixed<std::uint32_t>();
  out.limits.id_bytes_max = static_cast<std::size_t>(from.variable());
  out.limits.data_bytes_max = static_cast<std::size_t>(from.variable());
  out.in_flight_max = from.fixed<std::uint32_t>();
  out.requests_granted = from.variable();
  if (!from.ok() || out.ticket == 0)
    return unreadable("welcome");
  return out;
}

std::string encode(const bye& message) {
  std::string out;
  writer to{out};
  to.raw(message.client.bytes);
  to.fixed(message.ticket);
  return out;
}

result<bye> decode_bye(std::string_view bytes) {
  reader from{bytes};
  bye out;
  out.client.bytes = from.octets<16>();
  out.ticket = from.fixed<std::uint64_t>();
  if (!from.ok())
    return unreadable("bye");
  return out;
}

} // namespace cluster_store::wire
