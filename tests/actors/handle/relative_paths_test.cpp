#include <cluster_store/actors/client.hpp>
#include <cluster_store/actors/server.hpp>

#include <fstream>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/certificates.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>
#include <cluster_store/tests/support/working_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// Where a program starts, and where it goes afterwards.
struct two_places {
  temporary_directory first;
  temporary_directory second;

  bool is_second_empty() const { return std::filesystem::is_empty(second.path()); }
};

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream{path} << text;
  std::filesystem::permissions(path,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

options worker_of(const endpoint& where) {
  options how;
  how.mode = mode::worker;
  how.where = where;
  return how;
}

endpoint endpoint_of(const std::string& text) {
  return parse_endpoint(text).value();
}

} // namespace

TEST_CASE("an engine that is opened again finds its data after the process has changed its directory") {
  const two_places places;
  options how;
  how.mode = mode::standalone;
  how.store.uri = "faulty:rocksdb%3Adata?opens=1&apply=broken@20-"; // from then on until it is opened again
  auto store = [&] {
    const working_directory here{places.first.path()};
    return cluster_store::open(how).value();
  }();
  const working_directory there{places.second.path()};
  for (int number = 0; number < 60; ++number) {
    const auto id = std::to_string(number);
    REQUIRE(wait_until([&] { return store.set(id, "x").has_value(); }, within(20s)));
  }
  CHECK(store.length() == 60);
  store.close();
  CHECK(places.is_second_empty());
}

TEST_CASE("a worker finds its master again after both have changed their directory") {
  const two_places places;
  server_options how;
  how.listen = {endpoint_of("unix:s")};
  auto [master, worker] = [&] {
    const working_directory here{places.first.path()};
    auto served = serve(how).value();
    auto opened = cluster_store::open(worker_of(endpoint_of("unix:./s"))).value();
    return std::pair{std::move(served), std::move(opened)};
  }();
  REQUIRE(worker.set("a", "x"));
  const auto absolute = endpoint_of("unix:" + (canonical(places.first.path()) / "s").string());
  CHECK(master.status().endpoints == std::vector{absolute});

  const working_directory there{places.second.path()};
  master.stop();
  CHECK_FALSE(std::filesystem::exists(absolute.path));
  how.listen = {absolute};
  auto next = serve(how).value();
  CHECK(wait_until([&] { return worker.set("a", "y").has_value(); }, within(10s)));
  CHECK(places.is_second_empty());
}

TEST_CASE("certificates and secrets given by relative paths are found again after the process moved") {
  const two_places places;
  const test_authority authority;
  const auto renew = [&](const std::filesystem::path& where) {
    const auto issued = authority.issue({});
    write_file(where / "server.pem", issued.certificate);
    write_file(where / "server.key", issued.key);
  };
  renew(places.first.path());
  write_file(places.first.path() / "ca.pem", authority.certificate());
  write_file(places.first.path() / "secret", "a secret that is long enough for anybody");
  server_options how;
  how.listen = {endpoint_of("127.0.0.1:0")};
  how.secret_file = "secret";
  how.tls.certificate_file = "server.pem";
  how.tls.key_file = "server.key";
  auto [master, worker] = [&] {
    const working_directory here{places.first.path()};
    auto served = serve(how).value();
    auto wanted = worker_of(served.status().endpoints.front());
    wanted.secret_file = "secret";
    wanted.tls.authority_file = "ca.pem";
    auto opened = cluster_store::open(wanted).value();
    return std::pair{std::move(served), std::move(opened)};
  }();
  REQUIRE(worker.set("a", "x"));

  const working_directory there{places.second.path()};
  renew(places.first.path());
  CHECK(master.reload_certificates());
  how.listen = {master.status().endpoints.front()};
  master.stop();
  const working_directory back{places.first.path()};
  auto next = serve(how).value();
  const working_directory away{places.second.path()};
  CHECK(wait_until([&] { return worker.set("a", "y").has_value(); }, within(10s)));
}

TEST_CASE("a short relative path of a socket works where its absolute one is too long for an address") {
  const temporary_directory place;
  auto deep = place.path();
  while (deep.string().size() < 300)
    deep /= "a-directory-with-a-long-name";
  std::filesystem::create_directories(deep);
  std::filesystem::permissions(deep, std::filesystem::perms::owner_all);
  const working_directory here{deep};
  server_options how;
  how.listen = {endpoint_of("unix:s")};
  {
    auto master = serve(how).value();
    auto worker = cluster_store::open(worker_of(endpoint_of("unix:s"))).value();
    CHECK(worker.set("a", "x"));
    CHECK(std::filesystem::exists("s"));
    const auto second = serve(how);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == errc::unavailable);
  }
  CHECK_FALSE(std::filesystem::exists("s"));
}
