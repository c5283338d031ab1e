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

// Headers and sources that know CAF: thin actors, the door's hook in the middleman, and the inside of the
// facade.
constexpr std::array<std::string_view, 5> shells{
    "actors/caf_compat.hpp", "actors/client_implementation.hpp", "actors/messages.hpp", "actors/runtime.cpp",
    "actors/runtime.hpp",
};

// What a program includes; the rest of an installation's headers is there because these need it.
constexpr std::array<std::string_view, 11> public_headers{
    "cluster_store/actors/client.hpp",    "cluster_store/actors/endpoint.hpp",
    "cluster_store/actors/options.hpp",   "cluster_store/actors/server.hpp",
    "cluster_store/backends/backend.hpp", "cluster_store/backends/clock.hpp",
    "cluster_store/backends/errc.hpp",    "cluster_store/backends/registry.hpp",
    "cluster_store/backends/result.hpp",  "cluster_store/backends/session.hpp",
    "cluster_store/actors/messages.hpp",
};

template <class List>
bool holds(const List& list, std::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

} // namespace

bool is_shell(std::string_view path) {
  return holds(shells, path);
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

bool is_public(std::string_view include) {
  return holds(public_headers, include);
}

} // namespace cluster_store::tidy
