#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cluster_store/apps/bench/settings.hpp>
#include <cluster_store/apps/support/processes/child_process.hpp>
#include <cluster_store/apps/support/processes/temporary_directory.hpp>

namespace cluster_store::apps {

/// Where a Redis server listens: a Unix socket or a TCP port of the loopback.
struct redis_address {
  std::string socket; ///< Path; empty = TCP.
  std::uint16_t port = 0;

  /// @returns what redis-cli and redis-benchmark are to be told.
  std::vector<std::string> flags() const;
};

/// When Redis has a write on the disk.
enum class redis_policy : std::uint8_t {
  memory,   ///< It keeps nothing.
  always,   ///< appendfsync always
  interval, ///< appendfsync everysec
  never     ///< appendfsync no
};

/// @returns the policy that promises what the store at the backend URI `backend` promises. Pure.
/// @errors `invalid_argument` for a URI that cannot be read.
result<redis_policy> redis_policy_for(const std::string& backend);

/// @returns the arguments of a redis-server, without the program. Pure.
std::vector<std::string> redis_server_arguments(redis_policy policy, const redis_address& where,
                                                const std::string& directory);

/// A real redis-server of this process's own, whose address and files go with this object. Its append-only
/// file is not rewritten in the background, which would disturb both peers. Threads and ownership: as
/// `child_process`.
class redis_server {
public:
  /// Starts one and waits until it is ready. Its files are on the file system of the store's.
  /// @param processor the only one it may run on; none = any.
  /// @errors `unsupported` if there is no redis-server, `io_error` if it does not get ready.
  static result<redis_server> start(const bench_settings& how, std::optional<unsigned> processor);

  /// Sets the keys `key:000000000000` and on, as redis-benchmark names them. Blocks.
  result<void> fill(const load_settings& how) const;

  const redis_address& where() const { return where_; }
  pid_t id() const { return process_.id(); }

private:
  redis_server(temporary_directory files, temporary_directory sockets, child_process process,
               redis_address where)
      : files_(std::move(files)),
        sockets_(std::move(sockets)),
        process_(std::move(process)),
        where_(std::move(where)) {}

  temporary_directory files_;
  temporary_directory sockets_;
  child_process process_;
  redis_address where_;
};

/// @returns an unused TCP port of the loopback; 0 if there is none.
std::uint16_t free_port();

/// @returns the directory in which a peer of the store at `backend` keeps its files: beside those of the
/// store, on the same file system; empty = where temporary files are.
std::string directory_beside(const std::string& backend);

} // namespace cluster_store::apps
