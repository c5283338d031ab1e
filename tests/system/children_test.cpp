#include <filesystem>
#include <random>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>
#include <cluster_store/tests/system/children.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> shell(const std::string& script) {
  return {"/bin/sh", "-c", script};
}

const auto sleeper = std::vector<std::string>{"sleep", "1000"};

} // namespace

TEST_CASE("while workers are killed again and again, nearly all are connected nearly always") {
  // Long form: SYSTEM_TESTS_CHILDREN_SECONDS=600.
  const auto seconds = size_from_environment("SYSTEM_TESTS_CHILDREN_SECONDS", 10);
  const auto seed = random_seed();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  const sandbox where;
  parent master{where, {"--workers", "4"}, child_worker({"steady"})};
  REQUIRE(master.is_ready());
  REQUIRE(master.has_connected(4));

  std::size_t samples = 0;
  std::size_t good = 0;
  std::size_t killed = 0;
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::seconds{seconds};
  for (auto next_kill = begin; std::chrono::steady_clock::now() < end; ++samples) {
    if (std::chrono::steady_clock::now() >= next_kill) {
      next_kill += 2s;
      ::kill(master.newest().at(1 + random() % 4), SIGKILL);
      ++killed;
    }
    good += master.connected().size() >= 3 ? 1 : 0;
  }
  WARN(killed << " killed; at least 3 of 4 connected in " << good << " of " << samples << " samples");
  CHECK(good * 10 >= samples * 9);
  CHECK(master.has_connected(4));
  CHECK(master.started().size() == 4 + killed);
}

TEST_CASE("a worker that ends at once does not slow the others") {
  const sandbox where;
  parent master{
      where,
      {"--workers", "3"},
      shell("test $CLUSTER_STORE_WORKER = 2 && exit 3; exec " + child_worker({}).front() + " steady")};
  REQUIRE(master.is_ready());
  REQUIRE(wait_until([&] { return master.said("worker 2 (") >= 8; }, within(10s))); // 4 lives
  REQUIRE(master.has_connected(2));

  for (int round = 0; round < 3; ++round) {
    const auto former = master.newest();
    const auto begin = std::chrono::steady_clock::now();
    ::kill(former.at(3), SIGKILL);
    REQUIRE(wait_until([&] { return master.newest().at(3) != former.at(3); }, within(5s)));
    CHECK(std::chrono::steady_clock::now() - begin < 2s * slowness);
    REQUIRE(wait_until([&] { return master.connected() == std::set<std::size_t>{1, 3}; }, within(5s)));
  }
  CHECK(master.said("ended with code 3; it is started again in 400 ms") == 1);
}

TEST_CASE("no worker outlives its master, whether that is asked to end or killed") {
  for (const int number : {SIGTERM, SIGINT, SIGKILL}) {
    CAPTURE(number);
    const sandbox where;
    parent master{where, {"--workers", "3"}, number == SIGKILL ? sleeper : child_worker({"steady"})};
    REQUIRE(master.is_ready());
    REQUIRE(wait_until([&] { return master.newest().size() == 3; }, within(10s)));
    const auto workers = master.started();
    master.self().signal(number);
    CHECK(master.self().wait(within(15s)) == (number == SIGKILL ? -SIGKILL : 0));
    CHECK(all_end(workers));
    if (number != SIGKILL)
      CHECK(master.started().size() == 3);
  }
}

TEST_CASE("a worker that ignores SIGTERM is killed when its time is over, or when its master is told again") {
  const auto stubborn = shell("trap '' TERM; echo deaf; while :; do sleep 0.1; done");
  SECTION("its time is over") {
    const sandbox where;
    parent master{where, {"--workers", "2", "--grace", "300ms"}, stubborn};
    REQUIRE(master.is_ready());
    REQUIRE(master.self().await_line(within(10s)) == "deaf");
    REQUIRE(master.self().await_line(within(10s)) == "deaf");
    master.self().signal(SIGTERM);
    CHECK(master.self().wait(within(10s)) == 0);
    CHECK(master.said("did not end in time and was killed") == 2);
    CHECK(all_end(master.started()));
  }
  SECTION("its master is told again, and not just twice at once") {
    const sandbox where;
    parent master{where, {"--workers", "1", "--grace", "1h"}, stubborn};
    REQUIRE(master.is_ready());
    REQUIRE(master.self().await_line(within(10s)) == "deaf");
    const auto begin = std::chrono::steady_clock::now();
    const auto tell_again = [&] {
      master.self().signal(SIGTERM);
      return master.self().ended();
    };
    REQUIRE(wait_until(tell_again, within(10s)));
    CHECK(std::chrono::steady_clock::now() - begin >= 1s);
    CHECK(master.self().wait(within(10s)) == 0);
    CHECK(all_end(master.started()));
  }
}

TEST_CASE("workers are replaced one after another, and no call of any is lost") {
  const sandbox where;
  parent master{where, {"--workers", "3"}, child_worker({"steady"})};
  REQUIRE(master.is_ready());
  REQUIRE(master.has_connected(3));
  const auto former = master.started();
  for (std::size_t round = 1; round <= 2; ++round) {
    master.self().signal(SIGUSR2);
    REQUIRE(
        wait_until([&] { return master.said("took over from its predecessor") == 3 * round; }, within(60s)));
  }
  CHECK(all_end(former));
  CHECK(master.started().size() == 9);
  CHECK(master.said("; it is started again") == 0);
  CHECK(master.has_connected(3));

  master.self().signal(SIGTERM);
  REQUIRE(master.self().wait(within(20s)) == 0);
  std::size_t reports = 0;
  while (const auto line = master.self().take_line()) {
    unsigned calls = 0;
    unsigned lost = 1;
    REQUIRE(std::sscanf(line->c_str(), "calls %u lost %u", &calls, &lost) == 2);
    CHECK(calls > 0);
    CHECK(lost == 0);
    ++reports;
  }
  CHECK(reports == 9);
}

TEST_CASE("a worker goes on until its successor is connected, not only there") {
  const sandbox where;
  parent master{
      where,
      {"--workers", "1"},
      shell("test -e " + where.path("late") + " && sleep 2.5; exec " + child_worker({}).front() + " steady")};
  REQUIRE(master.is_ready());
  REQUIRE(master.has_connected(1));
  const auto former = master.newest().at(1);
  where.write_file("late", "");
  const auto begin = std::chrono::steady_clock::now();
  master.self().signal(SIGUSR2);
  REQUIRE(wait_until([&] { return master.newest().at(1) != former; }, within(10s)));
  REQUIRE(wait_until([&] { return master.said("took over") == 1; }, within(20s)));
  CHECK(std::chrono::steady_clock::now() - begin >= 2'500ms);
  CHECK(wait_until([&] { return !is_alive(former); }, within(10s)));
}

TEST_CASE("a worker whose successor does not come up goes on, and that is said") {
  const sandbox where;
  parent master{where,
                {"--workers", "2"},
                shell("test -e " + where.path("broken") + " && exit 7; echo up; exec sleep 1000")};
  REQUIRE(master.is_ready());
  for (int worker = 0; worker < 2; ++worker)
    REQUIRE(master.self().await_line(within(10s)) == "up");
  const auto former = master.started();
  const auto broken = where.write_file("broken", "");
  master.self().signal(SIGUSR2);
  REQUIRE(wait_until(
      [&] { return master.said("is not replaced, and goes on: its successor ended with code 7") == 2; },
      within(10s)));
  for (const auto& each : former)
    CHECK(is_alive(each.second));

  std::filesystem::remove(broken);
  master.self().signal(SIGUSR2);
  REQUIRE(wait_until([&] { return master.said("took over") == 2; }, within(20s)));
  CHECK(all_end(former));
}

TEST_CASE("a program that cannot be executed ends the master instead of being tried for ever") {
  const sandbox where;
  SECTION("there is none: no store is opened") {
    for (const auto& name :
         std::vector<std::string>{"no-such-program", "./no-such-program", "/dev/null", where.path(""), ""}) {
      CAPTURE(name);
      const auto tried =
          run(where.cluster_store({"serve", "--listen", "unix:" + where.path("s.sock"), "--store",
                                   "a=rocksdb:" + where.path("data"), "--workers", "2", "--", name}));
      CHECK(tried.code == 2);
      CHECK(tried.output.empty());
      CHECK(tried.errors.find(name.empty() ? "--workers" : name) != std::string::npos);
      CHECK_FALSE(std::filesystem::exists(where.path("data")));
    }
  }
  SECTION("it turns out when it is started") {
    const auto script = where.write_file("script", "#!/no/such/interpreter\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    parent master{where, {"--workers", "2"}, {script}};
    REQUIRE(master.is_ready());
    CHECK(master.self().wait(within(10s)) == 2);
    CHECK(master.said("cannot execute " + script) == 1);
  }
}

TEST_CASE("workers know the secret that their master has on TCP") {
  const sandbox where;
  const auto script =
      "echo $CLUSTER_STORE_WORKER $CLUSTER_STORE_SECRET_FILE; exec " + child_worker({}).front() + " steady";
  process master{
      where.cluster_store({"serve", "--listen", "127.0.0.1:0", "--store", "default=memory:", "--secret-file",
                           where.secret_file(), "--workers", "1", "--", "/bin/sh", "-c", script})};
  REQUIRE(master.await_line(within(20s)));
  CHECK(master.await_line(within(10s)) == "1 " + where.secret_file());
  master.pump(500ms);
  master.signal(SIGTERM);
  REQUIRE(master.wait(within(20s)) == 0);
  const auto line = master.take_line();
  REQUIRE(line);
  CHECK(line->ends_with("lost 0"));
}

TEST_CASE("SIGUSR2 ends no master that has no workers") {
  const sandbox where;
  process master{
      where.cluster_store({"serve", "--listen", "unix:" + where.path("s.sock"), "--store", "a=memory:"})};
  REQUIRE(master.await_line(within(20s)));
  master.signal(SIGUSR2);
  REQUIRE(wait_until(
      [&] {
        master.pump(0ms);
        return master.errors().find("no workers") != std::string::npos;
      },
      within(5s)));
  master.signal(SIGTERM);
  CHECK(master.wait(within(10s)) == 0);
}
