#include <cluster_store/tests/tidy/layers.hpp>

#include <algorithm>
#include <array>

namespace cluster_store::tidy {

namespace {

struct engine {
  std::string_view name;
  std::string_view library; ///< What its includes begin with.
};

constexpr std::array engines{
    engine{"memory", ""},          engine{"files", ""},           engine{"leveldb", "leveldb/"},
    engine{"rocksdb", "rocksdb/"}, engine{"sqlite", "sqlite3.h"}, engine{"redis_cluster", "hiredis/"},
};

// What knows CAF, threads or sockets: thin actors, the door's connections and its hook in the middleman, the
// inside of the facade. `.*` stands for the header and the source.
constexpr std::array<std::string_view, 51> shells{
    "actors/caf_compat.hpp",
    "actors/callback.hpp",
    "actors/client.cpp",
    "actors/client_implementation.*",
    "actors/component.*",
    "actors/errors.*",
    "actors/exit_end.*",
    "actors/gate.*",
    "actors/handle_call.*",
    "actors/handle_state.*",
    "actors/link.*",
    "actors/local_messages.*",
    "actors/messages.*",
    "actors/network_actor.hpp",
    "actors/open.cpp",
    "actors/process_bound.*",
    "actors/proxy.*",
    "actors/proxy_requests.*",
    "actors/remote_client.cpp",
    "actors/remote_door.*",
    "actors/runtime.*",
    "actors/serve_in.*",
    "actors/server.cpp",
    "actors/server_hooks.*",
    "actors/short_wait.*",
    "actors/status_query.cpp",
    "actors/store_actor.*",
    "actors/submissions.*",
    "actors/supervisor.*",
    "actors/door/acceptor.*",
    "actors/door/aside.*",
    "actors/door/attempt.*",
    "actors/door/connection.*",
    "actors/door/connection_stream.*",
    "actors/door/connection_table.*",
    "actors/door/connector.*",
    "actors/door/conversation.*",
    "actors/door/core.*",
    "actors/door/door.*",
    "actors/door/lock_file.*",
    "actors/door/middleman.*",
    "actors/door/passage.*",
    "actors/door/plain_stream.*",
    "actors/door/readiness.hpp",
    "actors/door/resolver.*",
    "actors/door/run_all.hpp",
    "actors/door/socket_file.*",
    "actors/door/sockets.*",
    "actors/door/tls_relay.*",
    "actors/door/tls_stream.*",
    "actors/door/visit.*",
};

// What is installed (PUBLIC_HEADERS in the CMakeLists.txt of the two folders) and programs may include.
constexpr std::array<std::string_view, 17> public_headers{
    "actors/caf_compat.hpp",     "actors/client.hpp",
    "actors/component.hpp",      "actors/endpoint.hpp",
    "actors/errors.hpp",         "actors/messages.hpp",
    "actors/options.hpp",        "actors/server.hpp",
    "backends/backend.hpp",      "backends/clock.hpp",
    "backends/errc.hpp",         "backends/record.hpp",
    "backends/registry.hpp",     "backends/result.hpp",
    "backends/session.hpp",      "backends/standard_streams.hpp",
    "backends/whole_number.hpp",
};

/// A source of a program that may include one engine library.
struct engine_use {
  std::string_view path;
  std::string_view library;
};

// The benchmark measures what the store adds to an engine, and what users of Redis would get instead: its
// peers are these libraries themselves, each in one source behind a header that knows none of them.
constexpr std::array engine_uses{
    engine_use{"apps/bench/redis_blocking_hiredis.cpp", "hiredis/"},
    engine_use{"apps/bench/rocksdb_peer.cpp", "rocksdb/"},
};

template <class List>
bool holds(const List& list, std::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

} // namespace

bool is_shell(std::string_view path) {
  const auto stem = path.substr(0, path.rfind('.'));
  return std::any_of(shells.begin(), shells.end(), [&](std::string_view shell) {
    return shell.ends_with(".*") ? shell.substr(0, shell.size() - 2) == stem : shell == path;
  });
}

std::string_view engine_of(std::string_view path) {
  constexpr std::string_view folder = "backends/";
  if (!path.starts_with(folder))
    return {};
  const auto rest = path.substr(folder.size());
  for (const auto& [name, library] : engines) {
    if (!rest.starts_with(name))
      continue;
    const auto end = rest.substr(name.size());
    if (end.starts_with('.') || end.starts_with('_') || end.starts_with('/'))
      return name;
  }
  return {};
}

std::string_view library_of(std::string_view name) {
  for (const auto& engine : engines)
    if (engine.name == name)
      return engine.library;
  return {};
}

bool is_engine_library(std::string_view include) {
  return std::any_of(engines.begin(), engines.end(), [&](const engine& each) {
    return !each.library.empty() && include.starts_with(each.library);
  });
}

bool may_use_engine(std::string_view path, std::string_view include) {
  return std::any_of(engine_uses.begin(), engine_uses.end(), [&](const engine_use& use) {
    return use.path == path && include.starts_with(use.library);
  });
}

bool is_public(std::string_view path) {
  return holds(public_headers, path);
}

} // namespace cluster_store::tidy
