#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include <cluster_store/actors/door/connector.hpp>
#include <cluster_store/actors/door/conversation.hpp>
#include <cluster_store/actors/door/inside.hpp>
#include <cluster_store/actors/door/streams/readiness.hpp>
#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::door {

/// One attempt to get a link, for all who want the same: finds addresses, connects, runs the preamble, makes
/// room for the new connection, and gives the socket to CAF.
///
/// Threads: the door's. Ownership: the connector's, and its own pending operations'.
class attempt : public std::enable_shared_from_this<attempt> {
public:
  attempt(inside& door, endpoint where, connect_options how);

  void join(connector::callback done) { waiting_.push_back(std::move(done)); }
  void start();

  /// Ends the attempt and tells all who joined. Only the first call counts.
  void finish(const result<link>& outcome);

private:
  void give_up(errc code, const std::string& why);
  void expire_after(std::chrono::milliseconds limit, std::string_view during);
  void load_certificates();
  void find_addresses();
  void on_addresses(const std::vector<socket_address>& found);
  void try_next();
  void await_connected();
  void try_again_later();
  void on_failed_address(const std::error_code& why);
  void talk(unshared_descriptor socket);
  void shake_hands();
  void exchange(std::string words);
  void on_silence(std::string_view during);
  void on_bytes();
  void on_challenge();
  void claim();
  void hand_over(connection_table::ticket place);
  void on_gate(const result<caf::actor>& gate);

  inside& door_;
  endpoint where_;
  connect_options how_;
  std::string name_;
  std::vector<connector::callback> waiting_;
  bool finished_ = false;
  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer retry_;
  unshared_descriptor connecting_;
  readiness pending_; ///< Waits for `connecting_`.
  std::optional<tls_context> tls_;
  std::vector<socket_address> addresses_;
  std::size_t next_address_ = 0;
  client_preamble preamble_;
  std::shared_ptr<conversation> talk_;
  link link_;
};

} // namespace cluster_store::door
