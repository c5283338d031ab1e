#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <vector>

#include <unistd.h>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/component.hpp>
#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

options automatic_in(const temporary_directory& where, const std::string& uri = "memory:") {
  options how;
  how.mode = mode::automatic;
  how.where = *parse_endpoint("unix:" + (where / "store.sock"));
  how.store.uri = uri;
  return how;
}

std::size_t masters_among(const std::vector<client>& handles) {
  return static_cast<std::size_t>(
      std::ranges::count_if(handles, [](const auto& each) { return each.status().role == mode::master; }));
}

std::string secret_in(const temporary_directory& where) {
  const auto file = where / "secret";
  std::ofstream{file} << "a secret of the processes on this machine";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  return file;
}

/// @returns an endpoint of this machine where nobody listens any more.
endpoint unused_port(const temporary_directory& where) {
  server_options how;
  how.listen = {*parse_endpoint("127.0.0.1:0")};
  how.secret_file = secret_in(where);
  return serve(how).value().status().endpoints.front();
}

template <class T>
std::optional<errc> code_of(const result<T>& what) {
  return what ? std::nullopt : std::optional{what.error().code};
}

} // namespace

TEST_CASE("the first that opens a store in automatic mode is the master, the others are its workers") {
  const temporary_directory where;
  auto first = cluster_store::open(automatic_in(where)).value();
  auto second = cluster_store::open(automatic_in(where)).value();
  CHECK(first.status().role == mode::master);
  CHECK(second.status().role == mode::worker);
  REQUIRE(first.set("a", "1").has_value());
  CHECK(second.get("a").value()->data == "1");
  options worker = automatic_in(where);
  worker.mode = mode::worker;
  CHECK(cluster_store::open(worker).value().get("a").value()->data == "1");
}

TEST_CASE("a clean close of the master hands over: another one keeps the data, and no call fails") {
  const temporary_directory where;
  const auto how = automatic_in(where, "rocksdb:" + (where / "data"));
  std::vector<mode> roles;
  std::atomic<int> connects{0};
  std::atomic<int> disconnects{0};
  auto told = how;
  told.on_role = [&](mode role) { roles.push_back(role); };
  told.on_connect = [&] { CHECK(++connects == disconnects + 1); };
  told.on_disconnect = [&](const error&) { CHECK(++disconnects == connects); };
  auto first = cluster_store::open(how).value();
  auto second = cluster_store::open(told).value();
  REQUIRE(first.set("a", "1").has_value());
  const auto before = second.set("b", "1").value();
  std::vector<std::future<result<version_number>>> during;
  first.close();
  for (int i = 0; i < 100; ++i)
    during.push_back(second.set_async("c" + std::to_string(i), "1"));
  for (auto& each : during)
    CHECK(each.get().value_or(0) > before);
  CHECK(second.get("a").value()->data == "1");
  CHECK(second.length().value() == 102);
  CHECK(second.status().role == mode::master);
  second.close();
  CHECK(roles == std::vector{mode::worker, mode::master});
  CHECK(connects == 2);
  CHECK(disconnects == 2);
}

TEST_CASE("of many that open a store at the same moment exactly one is the master") {
  const temporary_directory where;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::future<result<client>>> opening;
    for (int i = 0; i < 4; ++i)
      opening.push_back(std::async(std::launch::async, [&] {
        return cluster_store::open(automatic_in(where, "rocksdb:" + (where / "data")));
      }));
    std::vector<client> handles;
    for (auto& each : opening)
      handles.push_back(each.get().value());
    CHECK(masters_among(handles) == 1);
    for (auto& each : handles)
      CHECK(each.set("a", "x").has_value());
    while (!handles.empty()) { // each master in turn
      REQUIRE(wait_until([&] { return masters_among(handles) == 1; }, within(10s)));
      const auto master =
          std::ranges::find_if(handles, [](const auto& each) { return each.status().role == mode::master; });
      master->close();
      handles.erase(master);
      for (auto& each : handles)
        CHECK(each.get("a").value()->data == "x");
    }
  }
}

TEST_CASE("handles of one actor system share a role, which ends with the last of them") {
  const temporary_directory where;
  struct config : caf::actor_system_config {
    config() { actors::configure(*this); }
  } how_to_run;
  caf::actor_system system{how_to_run};
  auto first = actors::open(system, automatic_in(where)).value();
  auto second = actors::open(system, automatic_in(where)).value();
  auto other = cluster_store::open(automatic_in(where)).value();
  CHECK(first.status().role == mode::master);
  CHECK(second.status().role == mode::master);
  REQUIRE(first.set("a", "1").has_value());
  first.close();
  CHECK(second.get("a").value()->data == "1");
  CHECK(other.get("a").value()->data == "1");
  CHECK(other.status().role == mode::worker);
  second.close();
  CHECK(wait_until([&] { return other.status().role == mode::master; }, within(10s)));
}

TEST_CASE("a master whose socket others took becomes their worker") {
  const temporary_directory where;
  const auto how = automatic_in(where);
  auto first = cluster_store::open(how).value();
  REQUIRE(first.status().role == mode::master);
  server_options thief;
  thief.listen = {how.where};
  std::filesystem::remove(where / "store.sock");
  std::filesystem::remove(where / "store.sock.lock");
  const auto other = serve(thief); // the files are looked at once a second
  REQUIRE(other.has_value());
  REQUIRE(wait_until([&] { return first.status().role == mode::worker; }, within(10s)));
  CHECK(first.set("a", "1").has_value());
  CHECK(server{*other}.open().value().get("a").value()->data == "1");
}

TEST_CASE("automatic mode works over a port of this machine, and refuses what others could reach") {
  const temporary_directory where;
  auto how = automatic_in(where);
  how.where = unused_port(where);
  how.secret_file = secret_in(where);
  auto first = cluster_store::open(how).value();
  auto second = cluster_store::open(how).value();
  CHECK(first.status().role == mode::master);
  CHECK(second.status().role == mode::worker);
  CHECK(second.set("a", "1").has_value());
  first.close();
  CHECK(second.set("a", "2").has_value());
  CHECK(second.status().role == mode::master);
  for (const auto* elsewhere : {"192.0.2.1:7000", "0.0.0.0:7000", "127.0.0.1:0"}) {
    how.where = *parse_endpoint(elsewhere);
    CHECK(code_of(cluster_store::open(how)) == errc::invalid_argument);
  }
  auto restored = automatic_in(where);
  restored.store.restored = true;
  CHECK(code_of(cluster_store::open(restored)) == errc::invalid_argument);
}

TEST_CASE("data that somebody else holds is said, with the process that has it") {
  const temporary_directory where;
  auto holder = options{};
  holder.store.uri = "rocksdb:" + (where / "data");
  auto standalone = cluster_store::open(holder).value();
  auto how = automatic_in(where, holder.store.uri);
  how.connect_timeout = 3s;
  const auto refused = cluster_store::open(how);
  CHECK(code_of(refused) == errc::unavailable);
  CHECK_THAT(refused.error().message, contains(std::to_string(::getpid())));
  how.lazy = true;
  auto waiting = cluster_store::open(how).value();
  standalone.close();
  CHECK(wait_until([&] { return waiting.set("a", "1").has_value(); }, within(15s)));
  CHECK(waiting.status().role == mode::master);
}

TEST_CASE("a process that would keep the store otherwise is refused, and told both ways") {
  const temporary_directory where;
  const auto how = automatic_in(where, "rocksdb:" + (where / "data"));
  auto master = cluster_store::open(how).value();
  const auto check_refused = [](const options& other, const std::string& theirs, const std::string& ours) {
    const auto refused = cluster_store::open(other);
    REQUIRE(code_of(refused) == errc::invalid_argument);
    CHECK_THAT(refused.error().message, contains(theirs));
    CHECK_THAT(refused.error().message, contains(ours));
  };
  auto other = how;
  other.store.uri = "memory:";
  check_refused(other, "memory:", "rocksdb:" + (where / "data"));
  other = how;
  other.store.uri += "2";
  check_refused(other, where / "data2", where / "data ");
  other = how;
  other.store.uri += "?sync=never";
  check_refused(other, "sync=never", where / "data");
  other = how;
  other.store.ttl_default = 5s;
  check_refused(other, "5000 ms", "none");
  other = how;
  other.store.logout_guard = 6s;
  check_refused(other, "6000 ms", "none");
  other = how;
  other.store.limits.data_bytes_max = 2048;
  check_refused(other, "2048", "1048576");
  std::filesystem::create_directory_symlink(where.path(), where / "link");
  other = how;
  other.store.uri = "rocksdb:" + (where / "link/data") + "?cache_bytes=1048576"; // the same data
  CHECK(cluster_store::open(other).has_value());
  other = how;
  other.mode = mode::worker;
  other.store.uri = "memory:"; // a worker's is not used
  CHECK(cluster_store::open(other).has_value());
}
