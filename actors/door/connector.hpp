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

/// The connecting side of a door: its open links, and attempts to open more.
///
/// Threads: the door's.
class connector {
public:
  using callback = std::function<void(result<link>)>;

  explicit connector(inside& door);

  void connect(const endpoint& where, const connect_options& how, callback done);

  /// Fails what is connecting and all that is asked for later.
  void close();

private:
  friend class attempt;

  /// One link and who may share it.
  struct open_link {
    link what;
    role granted;
    process_instance server;
    std::vector<std::string> endpoints; ///< Where the server was reached.
  };

  using key = std::pair<std::string, role>;

  /// @returns an open link with at least the rights of `wanted` for which `fits` holds.
  open_link* find(role wanted, const std::function<bool(const open_link&)>& fits);

  inside& door_;
  resolver resolver_;
  std::vector<open_link> links_;
  std::map<key, std::shared_ptr<attempt>> attempts_;
  bool closed_ = false;
};

} // namespace cluster_store::door
