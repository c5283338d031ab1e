#include <atomic>
#include <filesystem>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/tests/actors/door/tls_support.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

auto open_descriptors_here() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
}

endpoint same_port(const endpoint& where, const std::string& host) {
  return {endpoint::kind::tcp, {}, host, where.port};
}

} // namespace

TEST_CASE("messages flow through TLS, by address and by name, with and without a client certificate",
          "[door][tls]") {
  const tls_place place;
  for (const int middleman_workers : {0, 2}) {
    node master{middleman_workers};
    const auto listening = master.serve(any_port(), with_tls(place.server()));
    auto strict = place.server();
    strict.authority_file = place.client().authority_file;
    const auto guarded = master.serve(any_port(), with_tls(strict));
    const auto certified = place.client(place.authority().issue(for_worker()));
    for (const auto& [where, files] : {std::pair{listening.where(), place.client()},
                                       std::pair{same_port(listening.where(), "localhost"), place.client()},
                                       std::pair{guarded.where(), certified}}) {
      node worker{middleman_workers};
      const auto link = worker.connect(where, through_tls(files));
      INFO((link ? "" : link.error().message));
      REQUIRE(link);
      for (int i = 0; i < 100; ++i)
        REQUIRE(worker.ask(*link, std::to_string(i)) == "gate: " + std::to_string(i));
      CHECK(master.door().find(link->pass)->through == endpoint::kind::tcp);
    }
  }
}

TEST_CASE("an endpoint on all addresses is served with TLS, and reached under the name that is given",
          "[door][tls]") {
  const tls_place place;
  node master;
  certificate_wish named;
  named.alternative_names = "DNS:store.example";
  const auto listening = master.serve({endpoint::kind::tcp, {}, "0.0.0.0", 0}, with_tls(place.server(named)));
  CHECK(listening.where().host == "0.0.0.0");
  node worker;
  auto files = place.client();
  files.server_name = "store.example";
  const auto link = worker.connect(same_port(listening.where(), "127.0.0.1"), through_tls(files));
  REQUIRE(link);
  CHECK(worker.ask(*link, "x") == "gate: x");
}

TEST_CASE("who listens with TLS says at which address, not at which name", "[door][tls]") {
  const tls_place place;
  node master;
  auto how = with_tls(place.server());
  how.gate = master.gate();
  const auto refused = master.door().listen({endpoint::kind::tcp, {}, "store.example", 0}, how);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_argument);
  how.keys = {};
  CHECK(master.door().listen({endpoint::kind::tcp, {}, "0.0.0.0", 0}, how).error().code
        == errc::unauthorized);
}

TEST_CASE("megabytes pass through TLS in both directions, unchanged", "[door][tls]") {
  const tls_place place;
  node master;
  const auto listening = master.serve(any_port(), with_tls(place.server()));
  node worker;
  const auto link = worker.connect(listening.where(), through_tls(place.client()));
  REQUIRE(link);
  std::string bulk(8 * 1024 * 1024, '\0');
  for (std::size_t at = 0; at < bulk.size(); ++at)
    bulk[at] = static_cast<char>(at * 31 + (at >> 12));
  for (int round = 0; round < 3; ++round)
    CHECK((worker.ask(*link, bulk) == "gate: " + bulk));
  CHECK(worker.ask(*link, "x") == "gate: x");
}

TEST_CASE("after a close from either side of TLS everybody notices and can connect again", "[door][tls]") {
  const tls_place place;
  for (const int middleman_workers : {0, 2}) {
    node master{middleman_workers};
    std::atomic<int> ended = 0;
    auto how = with_tls(place.server());
    how.ended = [&](const door::peer&) { ++ended; };
    const auto listening = master.serve(any_port(), how);
    node worker{middleman_workers};
    for (int round = 0; round < 25; ++round) {
      const auto link = worker.connect(listening.where(), through_tls(place.client()));
      REQUIRE(link);
      REQUIRE(worker.ask(*link, "x") == "gate: x");
      if (round % 2 == 0)
        worker.door().close(link->id);
      else
        master.door().close(master.door().find(link->pass)->id);
      const auto started = std::chrono::steady_clock::now();
      REQUIRE(worker.sees_down(*link));
      REQUIRE(wait_until([&] { return ended == round + 1; }, within(patience)));
      REQUIRE(std::chrono::steady_clock::now() - started < 1500ms);
    }
    CHECK(master.door().accepted() == 0);
  }
}

TEST_CASE("TLS connections that have ended leave no descriptor behind", "[door][tls]") {
  const tls_place place;
  node master;
  const auto listening = master.serve(any_port(), with_tls(place.server()));
  node worker;
  const auto visit = [&] {
    const auto link = worker.connect(listening.where(), through_tls(place.client()));
    REQUIRE(link);
    REQUIRE(worker.ask(*link, "x") == "gate: x");
    worker.door().close(link->id);
    REQUIRE(worker.sees_down(*link));
  };
  visit();
  REQUIRE(wait_until([&] { return master.door().accepted() == 0; }, within(patience)));
  const auto before = open_descriptors_here();
  for (int round = 0; round < 20; ++round)
    visit();
  CHECK(wait_until([&] { return open_descriptors_here() <= before; }, within(patience)));
}

TEST_CASE("a process that dies without a word is noticed through TLS", "[door][tls]") {
  const tls_place place;
  node master;
  std::atomic<int> ended = 0;
  auto how = with_tls(place.server());
  how.ended = [&](const door::peer&) { ++ended; };
  const auto listening = master.serve(any_port(), how);
  {
    node worker;
    REQUIRE(worker.connect(listening.where(), through_tls(place.client())));
    worker.drop_door();
  }
  CHECK(wait_until([&] { return ended == 1; }, within(patience)));
}

TEST_CASE("a living process keeps its node id behind TLS, a dead one does not", "[door][tls]") {
  const tls_place place;
  node master;
  const auto listening = master.serve(any_port(), with_tls(place.server()));
  const auto client = loaded(place.client(), door::tls_side::client);
  std::optional<tls_peer> alice{std::in_place, listening.where(), client};
  REQUIRE(alice->introduce(raw_identity("same-node#1", 1)));
  tls_peer bob{listening.where(), client};
  CHECK(bob.introduce(raw_identity("same-node#1", 2)).error().code == errc::unavailable);
  alice.reset();
  const auto heir_gets_in = [&] {
    tls_peer heir{listening.where(), client};
    return heir.introduce(raw_identity("same-node#1", 2)).has_value();
  };
  CHECK(wait_until(heir_gets_in, within(1s)));
}

TEST_CASE("new certificates are for those who come later; open connections stay", "[door][tls]") {
  const tls_place place;
  node master;
  auto how = with_tls(place.server());
  auto listening = master.serve(any_port(), how);
  node early;
  const auto link = early.connect(listening.where(), through_tls(place.client()));
  REQUIRE(link);
  const tls_place next;
  listening.use(loaded(next.server(), door::tls_side::server));
  node late;
  const auto refused = late.connect(listening.where(), through_tls(place.client()));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unauthorized);
  const auto fresh = late.connect(listening.where(), through_tls(next.client()));
  REQUIRE(fresh);
  CHECK(late.ask(*fresh, "x") == "gate: x");
  CHECK(early.ask(*link, "x") == "gate: x");
}

TEST_CASE("a worker reads its files again for every attempt", "[door][tls]") {
  const tls_place place;
  const tls_place other;
  node master;
  const auto listening = master.serve(any_port(), with_tls(place.server()));
  node worker;
  const auto files = place.client();
  place.write("ca.pem", other.authority().certificate());
  CHECK(worker.connect(listening.where(), through_tls(files)).error().code == errc::unauthorized);
  place.write("ca.pem", "");
  CHECK(worker.connect(listening.where(), through_tls(files)).error().code == errc::invalid_argument);
  place.write("ca.pem", place.authority().certificate());
  CHECK(worker.connect(listening.where(), through_tls(files)));
}

TEST_CASE("a TLS door shuts at once under load", "[door][tls]") {
  const tls_place place;
  node master;
  const auto listening = master.serve(any_port(), with_tls(place.server()));
  std::vector<std::unique_ptr<node>> workers;
  std::vector<door::link> links;
  for (int count = 0; count < 3; ++count) {
    workers.push_back(std::make_unique<node>());
    auto link = workers.back()->connect(listening.where(), through_tls(place.client()));
    REQUIRE(link);
    links.push_back(*link);
  }
  const auto started = std::chrono::steady_clock::now();
  master.drop_door();
  CHECK(std::chrono::steady_clock::now() - started < 2500ms);
  for (std::size_t index = 0; index < links.size(); ++index)
    CHECK(workers[index]->sees_down(links[index]));
}
