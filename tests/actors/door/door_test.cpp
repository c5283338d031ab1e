#include <atomic>
#include <filesystem>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/backends/system/random.hpp>
#include <cluster_store/tests/actors/door/door_support.hpp>
#include <cluster_store/tests/actors/door/mentions.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("messages flow through the door over TCP and Unix sockets", "[door]") {
  const temporary_directory place;
  for (const int middleman_workers : {0, 2}) {
    node master{middleman_workers};
    const auto gate = master.gate();
    auto how = with_secret();
    how.gate = gate;
    const auto tcp = master.serve(any_port(), how);
    const auto local = master.serve(unix_at(place / "socket"), how);
    CHECK(tcp.where().port != 0);
    for (const auto& where : {tcp.where(), local.where()}) {
      node worker{middleman_workers};
      const auto link = worker.connect(where, knowing_secret());
      REQUIRE(link);
      for (int i = 0; i < 100; ++i)
        REQUIRE(worker.ask(*link, std::to_string(i)) == "gate: " + std::to_string(i));
    }
  }
}

TEST_CASE("the gate can find who holds a pass, and only while the connection is open", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  node worker;
  const auto link = worker.connect(listening.where());
  REQUIRE(link);
  const auto found = master.door().find(link->pass);
  REQUIRE(found);
  CHECK(found->node == to_string(worker.system().node()));
  CHECK(found->granted == door::role::worker);
  CHECK(found->through == endpoint::kind::unix_socket);
  CHECK(found->accepted);
  CHECK(master.door().accepted() == 1);
  REQUIRE(master.door().connections().size() == 1);
  CHECK(master.door().connections().front().pass == link->pass);
  CHECK_FALSE(master.door().find(random_array<wire::token>()));
  CHECK_FALSE(worker.door().find(link->pass));
  worker.door().close(link->id);
  CHECK(wait_until([&] { return !master.door().find(link->pass) && master.door().accepted() == 0; },
                   within(patience)));
}

TEST_CASE("all who connect to one server share one connection, however they reach it", "[door]") {
  const temporary_directory place;
  node master;
  auto how = with_secret();
  how.gate = master.gate();
  const auto tcp = master.serve(any_port(), how);
  const auto local = master.serve(unix_at(place / "socket"), how);
  node worker;
  auto first = worker.connecting(tcp.where(), knowing_secret());
  auto second = worker.connecting(tcp.where(), knowing_secret());
  const auto link = first.get();
  REQUIRE(link);
  CHECK(second.get()->id == link->id);
  CHECK(worker.connect(tcp.where(), knowing_secret())->id == link->id);
  CHECK(worker.connect(local.where())->id == link->id);
  CHECK(worker.connect(local.where())->id == link->id);
  CHECK(master.door().accepted() == 1);
  CHECK(worker.ask(*link, "x") == "gate: x");
}

TEST_CASE("who asks for more rights replaces the connection, and workers then share it", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  node worker;
  door::connect_options as_admin;
  as_admin.wanted = door::role::admin;
  const auto modest = worker.connect(listening.where());
  REQUIRE(modest);
  const auto powerful = worker.connect(listening.where(), as_admin);
  REQUIRE(powerful);
  CHECK(powerful->id != modest->id);
  CHECK(master.door().find(powerful->pass)->granted == door::role::admin);
  CHECK_FALSE(master.door().find(modest->pass));
  CHECK(worker.connect(listening.where())->id == powerful->id);
  CHECK(worker.ask(*powerful, "x") == "gate: x");
}

TEST_CASE("a connection ends when all have left who share it", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  node worker;
  const auto entrance = worker.door().refer();
  auto first = worker.connecting(listening.where());
  auto second = worker.connecting(listening.where());
  const auto link = first.get();
  REQUIRE(link);
  REQUIRE(second.get()->id == link->id);
  REQUIRE(worker.connect(listening.where())->id == link->id);
  entrance.leave(link->id);
  entrance.leave(link->id);
  CHECK(worker.connect(listening.where())->id == link->id);
  CHECK(worker.ask(*link, "x") == "gate: x");
  entrance.leave(link->id);
  entrance.leave(link->id);
  CHECK(worker.sees_down(*link));
  const auto anew = worker.connect(listening.where());
  REQUIRE(anew);
  CHECK(anew->id != link->id);
}

TEST_CASE("after a close from either side everybody notices and can connect again", "[door]") {
  const temporary_directory place;
  for (const int middleman_workers : {0, 2}) {
    node master{middleman_workers};
    std::atomic<int> ended = 0;
    door::listen_options how;
    how.ended = [&](const door::peer&) { ++ended; };
    const auto listening = master.serve(unix_at(place / "socket"), how);
    node worker{middleman_workers};
    for (int round = 0; round < 50; ++round) {
      const auto link = worker.connect(listening.where());
      REQUIRE(link);
      REQUIRE(worker.ask(*link, "x") == "gate: x");
      if (round % 2 == 0)
        worker.door().close(link->id);
      else
        master.door().close(master.door().find(link->pass)->id);
      REQUIRE(worker.sees_down(*link));
      REQUIRE(wait_until([&] { return ended == round + 1; }, within(patience)));
    }
    CHECK(master.door().accepted() == 0);
  }
}

TEST_CASE("who reconnects without waiting for anything gets through", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  node worker;
  for (int round = 0; round < 100; ++round) {
    const auto link = worker.connect(listening.where());
    REQUIRE(link);
    REQUIRE(worker.ask(*link, "x") == "gate: x");
    worker.door().close(link->id);
  }
}

TEST_CASE("connections that have ended leave no descriptor behind", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  node worker;
  const auto open_now = [] {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
  };
  const auto first = worker.connect(listening.where()); // opens what the door's thread needs
  REQUIRE(first);
  worker.door().close(first->id);
  REQUIRE(wait_until([&] { return master.door().accepted() == 0 && worker.door().connections().empty(); },
                     within(patience)));
  const auto before = open_now();
  for (int round = 0; round < 50; ++round) {
    const auto link = worker.connect(listening.where());
    REQUIRE(link);
    worker.door().close(link->id);
    raw_peer stranger{listening.where()};
    stranger.send("garbage that is no preamble at all");
  }
  CHECK(wait_until([&] { return open_now() <= before; }, within(patience)));
}

TEST_CASE("a link whose gate has ended is not shared any more", "[door]") {
  const temporary_directory place;
  node master;
  auto listening = master.serve(unix_at(place / "socket"));
  node worker;
  const auto old = worker.connect(listening.where());
  REQUIRE(old);
  listening.close();
  master.end_gates();
  REQUIRE(worker.sees_down(*old));
  door::listen_options how;
  how.gate = master.gate("second gate");
  const auto second = master.serve(unix_at(place / "socket"), how);
  const auto link = worker.connect(second.where());
  REQUIRE(link);
  CHECK(link->id != old->id);
  CHECK(worker.ask(*link, "x") == "second gate: x");
}

TEST_CASE("two gates of one actor system do not get mixed up", "[door]") {
  const temporary_directory place;
  node master;
  door::listen_options one;
  one.gate = master.gate("one");
  door::listen_options two;
  two.gate = master.gate("two");
  const auto first = master.serve(unix_at(place / "one"), one);
  const auto second = master.serve(unix_at(place / "two"), two);
  node worker;
  node other;
  CHECK(worker.ask(*worker.connect(first.where()), "x") == "one: x");
  CHECK(other.ask(*other.connect(second.where()), "x") == "two: x");
}

TEST_CASE("workers of a server that was replaced reach the new one", "[door]") {
  const temporary_directory place;
  node worker;
  for (int round = 0; round < 5; ++round) {
    node master;
    const auto listening = master.serve(unix_at(place / "socket"));
    const auto link = worker.connect(listening.where());
    REQUIRE(link);
    REQUIRE(worker.ask(*link, "x") == "gate: x");
    master.drop_door();
    REQUIRE(worker.sees_down(*link));
  }
  CHECK(worker.connect(unix_at(place / "socket")).error().code == errc::unavailable);
}

TEST_CASE("CAF's own middleman keeps working beside the door", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  const auto port = master.system().middleman().publish(master.gate("open"), 0, "127.0.0.1", true);
  REQUIRE(port);
  node worker;
  const auto link = worker.connect(listening.where());
  REQUIRE(link);
  node other;
  const auto open = other.system().middleman().remote_actor("127.0.0.1", *port);
  REQUIRE(open);
  CHECK(other.ask({*open, {}, 0}, "x") == "open: x");
  CHECK(worker.ask(*link, "x") == "gate: x");
}

TEST_CASE("one actor system has one door until its last owner goes", "[door]") {
  node master;
  const auto first = door::door::of(master.system());
  CHECK(door::door::of(master.system()) == first);
  CHECK(first.get() == &master.door());
  node other;
  CHECK(door::door::of(other.system()) != first);
}

TEST_CASE("a door that was shut can be opened again in the same actor system", "[door]") {
  const temporary_directory place;
  node master;
  node worker;
  for (int round = 0; round < 5; ++round) {
    const auto listening = master.serve(unix_at(place / "socket"));
    const auto link = worker.connect(listening.where());
    REQUIRE(link);
    REQUIRE(worker.ask(*link, "x") == "gate: x");
    worker.drop_door();
    worker.open_door();
  }
}
