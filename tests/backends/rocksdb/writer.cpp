// A process that writes to a store until it is killed, or that a full disk stops and lets go again.
// Arguments: `write PATH SYNC FIRST`, `full PATH SYNC`, or `die PATH SYNC FIRST CALL N`, which writes and
// kills itself just before the N-th reserve, append, sync or table call to the disk (docs of `disk_call`), so
// also between the parts of a commit. It tells standard output the number of every commit that was
// acknowledged, as eight bytes.

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <cluster_store/backends/rocksdb/rocksdb.hpp>
#include <cluster_store/tests/backends/rocksdb/failing_files.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

int disk_error = 0;
std::atomic<std::uint64_t> calls_to_live = 0; // of the kind it dies of; 0 = does not
std::string dies_of;

std::string_view name_of(disk_call call) {
  constexpr std::array<std::string_view, 4> names{"reserve", "append", "sync", "table"};
  return names[static_cast<std::size_t>(call)];
}

int watch(disk_call call) {
  if (calls_to_live != 0 && name_of(call) == dies_of && --calls_to_live == 0)
    ::raise(SIGKILL);
  return call == disk_call::reserve ? disk_error : 0;
}

std::unique_ptr<backend> open(const std::string& path, const std::string& sync) {
  auto options = rocksdb_options_from({"rocksdb", path, {{"sync", sync}, {"cache_bytes", "1048576"}}});
  if (!options)
    return nullptr;
  options->files = make_failing_files(watch);
  if (!dies_of.empty())
    options->write_buffer_bytes = 64u << 10;
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
  const bool dies = arguments[0] == "die" && arguments.size() == 6;
  if (dies)
    dies_of = arguments[4];
  const auto store = open(arguments[1], arguments[2]);
  if (!store)
    return 3;
  if (arguments[0] == "full")
    return fill_the_disk(*store);
  if (dies)
    calls_to_live = std::stoull(arguments[5]);
  else if (arguments.size() != 4)
    return 2;
  return write_until_killed(*store, std::stoull(arguments[3]));
}
