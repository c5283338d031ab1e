// A program whose handle has static or thread storage, and which ends in the way it is asked to.
//
// Usage: STORAGE END MODE URI ENDPOINT SECRET CERTIFICATE KEY AUTHORITY; "-" = not used.

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>

#include <cluster_store/actors/server.hpp>

using namespace cluster_store;

namespace {

/// Where handles are kept; made before anything of the library is.
client global_store;
server global_server;
std::map<std::string, std::shared_ptr<client>> global_stores;
std::thread* other_thread = nullptr;

client& local_store() {
  static client store;
  return store;
}

client& store_of_thread() {
  thread_local client store;
  return store;
}

std::string text(const char* given) {
  return std::string_view{given} == "-" ? "" : given;
}

options options_from(char** given) {
  options how;
  how.mode = given[0] == std::string_view{"standalone"} ? mode::standalone
             : given[0] == std::string_view{"worker"}   ? mode::worker
                                                        : mode::master;
  how.store.uri = text(given[1]);
  if (const auto where = text(given[2]); !where.empty())
    how.where = parse_endpoint(where).value();
  how.secret_file = text(given[3]);
  how.tls.certificate_file = text(given[4]);
  how.tls.key_file = text(given[5]);
  how.tls.authority_file = text(given[6]);
  return how;
}

client open_as(const options& how, bool with_server) {
  auto opened = [&]() -> result<client> {
    if (!with_server)
      return cluster_store::open(how);
    server_options what;
    what.stores = {how.store};
    what.listen.clear();
    if (how.mode == mode::master)
      what.listen = {how.where};
    what.secret_file = how.secret_file;
    what.tls = how.tls;
    auto master = serve(what);
    if (!master)
      return tl::unexpected{master.error()};
    global_server = *master;
    return global_server.open();
  }();
  if (!opened) {
    std::cerr << "open: " << opened.error().message << '\n';
    std::_Exit(3);
  }
  return *opened;
}

/// Keeps `store` on a thread that is still there at the end of the process.
client& keep_on_other_thread(const client& store) {
  std::mutex mutex;
  std::condition_variable changed;
  client* kept = nullptr;
  other_thread = new std::thread{[&] {
    auto& mine = store_of_thread();
    {
      const std::lock_guard guard{mutex};
      mine = store;
      kept = &mine;
      changed.notify_one();
    }
    for (;;)
      std::ignore = mine.get("a"); // until the process ends
  }};
  std::unique_lock lock{mutex};
  changed.wait(lock, [&] { return kept != nullptr; });
  return *kept;
}

client& keep(std::string_view storage, client store) {
  if (storage == "local")
    return local_store() = std::move(store);
  if (storage == "thread")
    return store_of_thread() = std::move(store);
  if (storage == "other_thread")
    return keep_on_other_thread(store);
  if (storage == "map")
    return *(global_stores["a"] = std::make_shared<client>(std::move(store)));
  return global_store = std::move(store); // also that of a server with static storage
}

/// Asks for so much that something is always on its way.
void keep_busy(client& store) {
  for (int i = 0; i < 1'000; ++i)
    store.set(std::to_string(i), "x", {}, [&store, i](const result<version_number>& answer) {
      if (answer)
        store.get(std::to_string(i), nullptr);
    });
}

[[noreturn]] void call_for_ever(client& store) {
  for (;;)
    std::ignore = store.set("a", "x");
}

} // namespace

int main(int count, char** arguments) {
  if (count != 10)
    return 2;
  const std::string_view storage = arguments[1];
  const std::string_view end = arguments[2];
  auto& store = keep(storage, open_as(options_from(arguments + 3), storage == "server"));
  if (const auto done = store.set("last", "word"); !done) {
    std::cerr << "set: " << done.error().message << '\n';
    return 4;
  }
  if (end == "closed") {
    store.close();
    global_server.stop();
  }
  if (end == "busy")
    keep_busy(store);
  if (end == "exit") {
    keep_busy(store);
    std::exit(0);
  }
  if (end == "exit_elsewhere") {
    std::thread{[] { std::exit(0); }}.detach();
    call_for_ever(store);
  }
  if (end == "exit_in_callback") {
    store.get("last", [](const result<std::optional<session>>&) { std::exit(0); });
    call_for_ever(store);
  }
  return 0;
}
