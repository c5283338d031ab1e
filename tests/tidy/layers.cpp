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

// Whose files all are shells: they know CAF, threads or sockets.
constexpr std::array<std::string_view, 7> shell_folders{
    "actors/children/", "actors/handle/",       "actors/server/",       "actors/runtime/",
    "actors/door/",     "actors/door/sockets/", "actors/door/streams/",
};

// Shells among the public headers, which lie in no wing.
constexpr std::array<std::string_view, 3> shell_words{"actors/caf_compat", "actors/component",
                                                      "actors/errors"};

// What is installed (PUBLIC_HEADERS in the CMakeLists.txt of the two folders) and programs may include.
constexpr std::array<std::string_view, 20> public_headers{
    "actors/children.hpp",
    "actors/caf_compat.hpp",
    "actors/client.hpp",
    "actors/component.hpp",
    "actors/endpoint.hpp",
    "actors/errors.hpp",
    "actors/messages.hpp",
    "actors/operation_names.hpp",
    "actors/options.hpp",
    "actors/server.hpp",
    "actors/status.hpp",
    "backends/backend.hpp",
    "backends/clock.hpp",
    "backends/errc.hpp",
    "backends/record.hpp",
    "backends/registry.hpp",
    "backends/result.hpp",
    "backends/session.hpp",
    "backends/standard_streams.hpp",
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
    engine_use{"apps/bench/peers/redis_load_hiredis.cpp", "hiredis/"},
    engine_use{"apps/bench/peers/rocksdb_peer.cpp", "rocksdb/"},
};

template <class List>
bool holds(const List& list, std::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

} // namespace

bool is_shell(std::string_view path) {
  const auto stem = path.substr(0, path.rfind('.'));
  const auto folder = stem.substr(0, stem.rfind('/') + 1);
  const auto name = stem.substr(folder.size());
  if (name == "core" || name.ends_with("_core"))
    return false;
  return holds(shell_folders, folder) || holds(shell_words, stem) || name == "actor" || name == "messages"
         || name.ends_with("_actor") || name.starts_with("shared_");
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
    if (end.starts_with('/'))
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
  const bool is_operation = path.starts_with("actors/operations/") && path.ends_with(".hpp")
                            && !path.ends_with("/check.hpp") && !path.ends_with("/coding.hpp");
  return is_operation || holds(public_headers, path);
}

} // namespace cluster_store::tidy
