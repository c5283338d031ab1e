// A process that writes to a store until it is killed, or that a full disk stops and lets go again.
// Arguments: `write PATH SYNC FIRST` or `full PATH SYNC`. It tells standard output the number of every commit
// that was acknowledged, as eight bytes.

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>

#include <unistd.h>

#include <cluster_store/backends/rocksdb.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;

namespace {

int disk_error = 0;

std::unique_ptr<backend> open(const std::string& path, const std::string& sync) {
  auto options = rocksdb_options_from({"rocksdb", path, {{"sync", sync}, {"cache_bytes", "1048576"}}});
  if (!options)
    return nullptr;
  options->watch = [](disk_call call) { return call == disk_call::reserve ? disk_error : 0; };
  auto made = open_rocksdb(*options);
  return made ? std::move(*made) : nullptr;
}

bool tell(std::uint64_t number) {
  return ::write(STDOUT_FILENO, &number, sizeof number) == sizeof number;
}

backends::write put(std::string_view id, std::uint64_t number, std::string_view data) {
  backends::write made;
  made.id = id;
  made.content.version = number;
  made.content.expires_at = wall_time{};
  made.content.data = data;
  return made;
}

/// Commit `n` puts n into two sessions, a client row and a system row.
int write_until_killed(backend& store, std::uint64_t first) {
  const client_id client{};
  for (auto number = first;; ++number) {
    const auto text = std::to_string(number);
    const auto data = text + std::string(number % 5'000, '.');
    const std::string id = "session " + std::to_string(number % 50);
    commit changes;
    changes.writes = {put("last", number, data), put(id, number, text)};
    changes.client_erases = {{client, number - 1}};
    changes.client_rows = {{client, number, text}};
    changes.system_rows = {{"last", text}};
    if (!store.apply(changes) || !tell(number))
      return 1;
  }
}

bool try_put(backend& store, std::string_view id) {
  const std::string data(2'000'000, 'x'); // more than is reserved at once
  commit changes;
  changes.writes = {put(id, 1, data)};
  return store.apply(changes).has_value();
}

/// Dies while the disk is full for the fourth time.
int fill_the_disk(backend& store) {
  bool good = try_put(store, "before");
  for (int round = 0; round < 3; ++round) {
    disk_error = ENOSPC;
    good = good && !try_put(store, "lost");
    disk_error = 0;
    good = good && try_put(store, "after " + std::to_string(round));
  }
  disk_error = ENOSPC;
  good = good && !try_put(store, "lost");
  if (good)
    ::raise(SIGKILL);
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments{argv + 1, argv + argc};
  if (arguments.size() < 3)
    return 2;
  const auto store = open(arguments[1], arguments[2]);
  if (!store)
    return 3;
  if (arguments[0] == "full")
    return fill_the_disk(*store);
  if (arguments.size() != 4)
    return 2;
  return write_until_killed(*store, std::stoull(arguments[3]));
}
