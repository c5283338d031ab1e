#include <cluster_store/actors/wire/greeting.hpp>

#include <optional>
#include <utility>

#include <cluster_store/actors/wire/results.hpp>

namespace cluster_store::wire {

namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t keeps_bytes_max = 16 * 1024; // there is a path in it

auto unreadable(std::string_view what) {
  return fail(errc::invalid_argument, "the " + std::string{what} + " is not readable");
}

// What messages consist of, in this order: `code` writes what is there, or reads it.

template <class Coder>
void code_hello(Coder& code, auto& what) {
  code.fixed(what.protocol_lowest);
  code.fixed(what.protocol_highest);
  code.raw(what.pass);
  code.raw(what.client.bytes);
  code.bytes(what.store);
  code.bytes(what.worker);
  code.variable(what.process_id);
}

template <class Coder>
void code_trust(Coder& code, auto& what) {
  code.fixed(what.administers);
  code.bytes(what.proof);
}

template <class Coder>
void code_worker(Coder& code, auto& what) {
  code.bytes(what.name);
  code.variable(what.number);
  code.variable(what.process_id);
  code.variable(what.handles);
}

template <class Coder>
void code_welcome(Coder& code, auto& what) {
  code.fixed(what.protocol);
  code.fixed(what.ticket);
  code.raw(what.incarnation);
  code.fixed(what.known);
  code.fixed(what.forgotten_ticket);
  code.variable(what.last_applied);
  code.fixed(what.capabilities);
  code.variable(what.limits.id_bytes_max);
  code.variable(what.limits.data_bytes_max);
  code.fixed(what.in_flight_max);
  code.variable(what.requests_granted);
}

template <class Coder>
void code_store(Coder& code, auto& what) {
  code.bytes(what.name);
  code.bytes(what.engine);
  code.fixed(what.up);
  for (auto* figure : {&what.sessions, &what.clients, &what.operations, &what.commits, &what.restarts})
    code.variable(*figure);
  code.bytes(what.problem);
}

/// Writes whether there is a value, and if not, why. @returns whether there is.
template <class T>
bool write_outcome(writer& to, const result<T>& what) {
  to.fixed(what ? succeeded : static_cast<std::uint8_t>(what.error().code));
  if (!what)
    to.bytes(what.error().message);
  return what.has_value();
}

/// @returns why there is no value, if that is what was written.
std::optional<error> read_failure(reader& from) {
  const auto status = from.fixed<std::uint8_t>();
  if (!from.ok() || status == succeeded)
    return std::nullopt;
  std::string message{from.bytes()};
  if (!from.ok())
    return unreadable("answer").value();
  return error{errc_from(status).value_or(errc::unsupported), std::move(message)};
}

} // namespace

std::string encode(const hello& message) {
  std::string out;
  writer to{out};
  code_hello(to, message);
  to.variable(message.answers_window);
  code_trust(to, message);
  to.bytes(message.keeps);
  to.variable(message.worker_number);
  return out;
}

result<hello> decode_hello(std::string_view bytes) {
  reader from{bytes};
  hello out;
  code_hello(from, out);
  if (!from.done()) // protocol 1 had none
    from.variable(out.answers_window);
  if (!from.done()) // nor had who trusted whatever came over a connection
    code_trust(from, out);
  if (!from.done()) // nor had who never became a master by itself
    from.bytes(out.keeps);
  if (!from.done()) // nor had who knew no children
    from.variable(out.worker_number);
  // What follows is of a newer protocol and tells us nothing we could use: the version range decides.
  if (!from.ok() || out.store.empty() || out.store.size() > name_bytes_max
      || out.worker.size() > name_bytes_max || out.keeps.size() > keeps_bytes_max)
    return unreadable("hello");
  return out;
}

std::string encode(const result<welcome>& message) {
  std::string out;
  writer to{out};
  if (write_outcome(to, message))
    code_welcome(to, *message);
  return out;
}

result<welcome> decode_welcome(std::string_view bytes) {
  reader from{bytes};
  if (auto failure = read_failure(from))
    return tl::unexpected{*std::move(failure)};
  welcome out;
  code_welcome(from, out);
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
  from.raw(out.client.bytes);
  from.fixed(out.ticket);
  if (!from.ok())
    return unreadable("bye");
  return out;
}

std::string encode_status_query(const token& pass) {
  std::string out;
  writer to{out};
  to.raw(pass);
  to.fixed(true);
  return out;
}

status_query decode_status_query(std::string_view bytes) {
  reader from{bytes};
  status_query out;
  from.raw(out.pass);
  if (!from.ok())
    return {};
  if (!from.done()) // whoever asks with the pass alone knows no workers
    from.fixed(out.workers);
  return out;
}

std::string encode_status(const result<server_status>& what, bool with_workers) {
  std::string out;
  writer to{out};
  if (!write_outcome(to, what))
    return out;
  to.variable(what->connections);
  to.variable(what->refused);
  to.variable(what->endpoints.size());
  for (const auto& each : what->endpoints)
    to.bytes(to_string(each));
  to.variable(what->stores.size());
  for (const auto& each : what->stores)
    code_store(to, each);
  if (!with_workers)
    return out;
  to.variable(what->workers.size());
  for (const auto& each : what->workers)
    code_worker(to, each);
  return out;
}

result<server_status> decode_status(std::string_view bytes) {
  reader from{bytes};
  if (auto failure = read_failure(from))
    return tl::unexpected{*std::move(failure)};
  server_status out;
  from.variable(out.connections);
  from.variable(out.refused);
  for (auto left = from.variable(); left > 0 && from.ok(); --left) {
    auto where = parse_endpoint(from.bytes());
    if (!where)
      return unreadable("status");
    out.endpoints.push_back(std::move(*where));
  }
  for (auto left = from.variable(); left > 0 && from.ok(); --left)
    code_store(from, out.stores.emplace_back());
  for (auto left = from.done() ? 0 : from.variable(); left > 0 && from.ok(); --left)
    code_worker(from, out.workers.emplace_back());
  if (!from.done())
    return unreadable("status");
  return out;
}

} // namespace cluster_store::wire
