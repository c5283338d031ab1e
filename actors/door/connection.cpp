#include <cluster_store/actors/door/connection.hpp>

#include <utility>

namespace cluster_store::door {

namespace {

/// What BASP refuses, by closing the connection and forgetting what it knows of it.
constexpr char no_operation = '\xFF';

} // namespace

connection::connection(caf::io::network::default_multiplexer& multiplexer, caf::io::connection_handle handle,
                       connection_table::ticket place, int socket, basp_guard::peer who)
    : scribe(handle), stream_(multiplexer, socket), guard_(who), place_(std::move(place)) {
  place_.attach(socket);
}

bool connection::consume(consumer_context context, const void* bytes, std::size_t size) {
  using octet = std::decay_t<decltype(rd_buf().front())>;
  if (!guard_.admits({static_cast<const char*>(bytes), size}))
    rd_buf().assign(size, static_cast<octet>(no_operation));
  const bool goes_on = scribe::consume(context, bytes, size);
  stream_.note_read(size);
  return goes_on;
}

void connection::configure_read(caf::io::receive_policy::config how) {
  stream_.configure_read(how);
  if (!std::exchange(launched_, true))
    stream_.start(this);
}

void connection::graceful_shutdown() {
  stream_.graceful_shutdown();
  detach(&stream_.backend(), false);
}

} // namespace cluster_store::door
