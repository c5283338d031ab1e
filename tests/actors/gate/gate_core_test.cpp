#include <cluster_store/actors/gate/core.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace std::chrono_literals;

namespace {

wire::hello hello_to(const std::string& store) {
  wire::hello out;
  out.store = store;
  return out;
}

constexpr actors::visitor neighbour{true, false, false};
constexpr actors::visitor worker{false, true, true};
constexpr actors::visitor companion{false, true, false}; // of one that proved its secret
constexpr actors::visitor stranger{false, false, false};

} // namespace

TEST_CASE("neighbours and admitted workers are welcome") {
  actors::gate_core gate{false};
  gate.set_up("default");
  CHECK(gate.admit(hello_to("default"), neighbour));
  CHECK(gate.admit(hello_to("default"), worker));
}

TEST_CASE("who shows no pass is unauthorized") {
  actors::gate_core gate{false};
  gate.set_up("default");
  CHECK(gate.admit(hello_to("default"), stranger).error().code == errc::unauthorized);
}

TEST_CASE("who shares a connection and proves no secret is unauthorized") {
  actors::gate_core gate{false};
  gate.set_up("default");
  const auto refused = gate.admit(hello_to("default"), companion);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unauthorized);
  CHECK(refused.error().message.find("secret file") != std::string::npos);
}

TEST_CASE("a peer without a common protocol version learns both ranges") {
  actors::gate_core gate{false};
  gate.set_up("default");
  auto newer = hello_to("default");
  newer.protocol_lowest = 7;
  newer.protocol_highest = 9;
  const auto refused = gate.admit(newer, worker);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::version_mismatch);
  CHECK(refused.error().message.find("7 to 9") != std::string::npos);
  CHECK(refused.error().message.find("2 to 2") != std::string::npos);
}

TEST_CASE("an unknown store is named, and so are the known ones") {
  actors::gate_core gate{false};
  gate.set_up("default");
  gate.set_up("carts");
  const auto refused = gate.admit(hello_to("cart"), worker);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_argument);
  CHECK(refused.error().message.find("'cart'") != std::string::npos);
  CHECK(refused.error().message.find("carts, default") != std::string::npos);
}

TEST_CASE("a store that restarts and a master that stops are unavailable") {
  actors::gate_core gate{false};
  gate.set_up("default");
  gate.set_down("default", "being restarted");
  CHECK(gate.admit(hello_to("default"), worker).error().code == errc::unavailable);
  gate.set_up("default");
  CHECK(gate.admit(hello_to("default"), worker));
  gate.close();
  CHECK(gate.admit(hello_to("default"), worker).error().code == errc::unavailable);
}

TEST_CASE("a connection is silent 15 s after its admission or its last beat") {
  actors::silence_watch watch;
  const wire::token quiet{1};
  const wire::token lively{2};
  const steady_time start{1h};
  const std::vector<actors::silence_watch::connection> open{{quiet, start}, {lively, start}};
  watch.heard(lively, start + 10s);
  CHECK(watch.silent(open, start + 14s).empty());
  CHECK(watch.silent(open, start + 15s) == std::vector{quiet});
  CHECK(watch.silent({open[1]}, start + 24s).empty());
  CHECK(watch.silent({open[1]}, start + 25s) == std::vector{lively});
}

TEST_CASE("everybody may administer unless admins have a secret of their own") {
  const actors::gate_core open{false};
  const actors::gate_core apart{true};
  auto as_admin = hello_to("default");
  as_admin.administers = true;
  CHECK(open.rights_of(hello_to("default"), worker) == actors::rights::administer);
  CHECK(apart.rights_of(hello_to("default"), worker) == actors::rights::operate);
  CHECK(apart.rights_of(as_admin, worker) == actors::rights::administer);
  CHECK(apart.rights_of(hello_to("default"), neighbour) == actors::rights::administer);
}

TEST_CASE("a store that is down without a word why is down") {
  actors::gate_core gate{false};
  gate.set_down("default", "");
  CHECK(gate.admit(hello_to("default"), neighbour).error().code == errc::unavailable);
}

TEST_CASE("who would keep a store otherwise as its master is told both ways, who will not be it is let in") {
  actors::gate_core gate{false, {{"default", "memory: for a day"}}};
  gate.set_down("default", "it is starting");
  auto other = hello_to("default");
  other.keeps = "rocksdb:/data for ever";
  for (const auto& who : {worker, neighbour}) {
    const auto refused = gate.admit(other, who);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::invalid_argument);
    CHECK(refused.error().message.find("memory: for a day") != std::string::npos);
    CHECK(refused.error().message.find("rocksdb:/data for ever") != std::string::npos);
  }
  gate.set_up("default");
  CHECK(gate.admit(hello_to("default"), worker));
  other.keeps = "memory: for a day";
  CHECK(gate.admit(other, worker));
}

TEST_CASE("the handles of one process are one worker in the figures of a master") {
  const auto said = [](std::uint64_t number, const std::string& name, std::uint64_t process) {
    wire::hello out = hello_to("default");
    out.worker_number = number;
    out.worker = name;
    out.process_id = process;
    return out;
  };
  actors::guest_book guests;
  std::uint8_t next = 0;
  for (const auto& each :
       {said(2, "web", 20), said(2, "web", 20), said(1, "web", 10), said(2, "web", 21), said(0, "", 5)})
    guests.insert_or_assign(backends::client_id{{++next}}, actors::guest{1, each});
  const auto workers = actors::workers_of(guests);
  REQUIRE(workers.size() == 4);
  CHECK(workers[0].process_id == 5);
  CHECK(workers[1].number == 1);
  CHECK(workers[2].process_id == 20);
  CHECK(workers[2].handles == 2);
  CHECK(workers[3].process_id == 21);
  CHECK(workers[3].name == "web");
}
