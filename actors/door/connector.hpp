#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <cluster_store/actors/door/door.hpp>
#include <cluster_store/actors/door/sockets/resolver.hpp>

namespace cluster_store::door {

class attempt;

/// @returns what whoever comes to a door that is shut is told.
tl::unexpected<error> door_closed();

/// @returns a name of `where` as it is reached with the files of TLS of `how`.
std::string address_of(const endpoint& where, const connect_options& how);

/// The connecting side of a door: its open links, and attempts to open more.
///
/// Threads: the door's.
class connector {
public:
  using callback = std::function<void(result<link>)>;

  explicit connector(inside& door);

  void connect(const endpoint& where, const connect_options& how, callback done);

  /// One of those who got this connection needs it no more.
  void leave(connection_id id);

  /// Fails what is connecting and all that is asked for later.
  void close();

private:
  friend class attempt;

  /// One link and who may share it.
  struct open_link {
    link what;
    role granted;
    process_instance server;
    std::vector<std::string> addresses; ///< Where the server was reached, and with which files of TLS.
    std::size_t users = 0;              ///< Who got it and has not left.
  };

  /// @returns what to tell `count` more who share an open link.
  static link share(open_link& what, std::size_t count);

  /// @returns an open link with at least the rights of `wanted` for which `fits` holds.
  open_link* find(role wanted, const std::function<bool(const open_link&)>& fits);

  inside& door_;
  resolver resolver_;
  std::vector<open_link> links_;
  std::map<std::string, std::shared_ptr<attempt>> attempts_; ///< By `way_to`.
  bool closed_ = false;
};

} // namespace cluster_store::door
