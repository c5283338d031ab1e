#include <csignal>
#include <filesystem>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/master.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// A master's process that begins with `before_start`.
class started {
public:
  explicit started(const sandbox& where, std::function<void()> before_start = {})
      : process_(make(where, std::move(before_start))) {}

  bool is_ready() { return process_.await_line(within(10s)).has_value(); }
  process& self() { return process_; }

private:
  static program make(const sandbox& where, std::function<void()> before_start) {
    auto what = where.cluster_store({"serve", "--listen", "unix:" + where.path("s.sock"), "--store",
                                     "default=rocksdb:" + where.path("data")});
    what.before_start = std::move(before_start);
    return what;
  }

  process process_;
};

} // namespace

TEST_CASE("a master stops whatever its parent did about the signals that stop it") {
  const auto block = [] {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
  };
  const auto ignore = [] {
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ})
      ::signal(number, SIG_IGN);
  };
  for (const auto& before_start : {std::function<void()>{block}, std::function<void()>{ignore}})
    for (const int number : {SIGTERM, SIGINT}) {
      const sandbox where;
      started master{where, before_start};
      REQUIRE(master.is_ready());
      master.self().signal(SIGHUP); // ends no master
      master.self().signal(number);
      CHECK(master.self().wait(within(5s)) == 0);
    }
}

TEST_CASE("a second signal to stop changes nothing") {
  for (const int second : {SIGTERM, SIGINT, SIGHUP}) {
    const sandbox where;
    started master{where};
    REQUIRE(master.is_ready());
    master.self().signal(SIGTERM);
    master.self().signal(second);
    CHECK(master.self().wait(within(5s)) == 0);
    CHECK_FALSE(std::filesystem::exists(where.path("s.sock")));
  }
}

TEST_CASE("a master that is told to stop while it starts ends, and leaves nothing that its successor minds") {
  for (const auto* step : {"data", "data/LOCK", "data/CURRENT", "s.sock"}) {
    const sandbox where;
    for (int round = 0; round < 2; ++round) {
      started master{where};
      if (round == 0)
        REQUIRE(wait_until([&] { return std::filesystem::exists(where.path(step)); }, within(10s)));
      else
        REQUIRE(master.is_ready());
      master.self().signal(SIGTERM);
      CHECK(master.self().wait(within(5s)) == 0);
    }
  }
}

TEST_CASE("a command can be stopped although its parent blocked the signals for that") {
  const sandbox where;
  auto what = where.cluster_store({"pipe", "--connect", "unix:" + where.path("s.sock")});
  what.before_start = [] {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
  };
  process command{what};
  command.write("not JSON\n");
  REQUIRE(command.await_line(within(10s)));
  command.signal(SIGTERM);
  CHECK(command.wait(within(5s)) == -SIGTERM);
}
