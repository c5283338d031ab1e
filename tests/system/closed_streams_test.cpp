#include <csignal>
#include <filesystem>

#include <unistd.h>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/master.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

constexpr unsigned combinations = 8;

bool has(unsigned closed, int stream) {
  return ((closed >> stream) & 1U) != 0;
}

std::string name_of(unsigned closed) {
  std::string name = "closed:";
  for (int stream = 0; stream < 3; ++stream)
    if (has(closed, stream))
      name += " " + std::to_string(stream);
  return name;
}

program without_streams(program what, unsigned closed) {
  what.before_start = [closed] {
    for (int stream = 0; stream < 3; ++stream)
      if (has(closed, stream))
        ::close(stream);
  };
  return what;
}

/// Runs `test(closed)` for each combination of closed descriptors.
template <class Test>
void for_each_combination(Test test) {
  for (unsigned closed = 0; closed < combinations; ++closed) {
    INFO(name_of(closed));
    test(closed);
  }
}

/// A command, and what it needs of its standard streams to be done.
struct command {
  std::vector<std::string> arguments;
  bool reads = false;
  bool writes = true;
};

} // namespace

TEST_CASE("a master serves and stops whichever of its standard streams are closed, and its store is whole") {
  for_each_combination([](unsigned closed) {
    for (const auto* engine : {"memory:", "rocksdb:"}) {
      const sandbox where;
      const auto socket = where.path("s.sock");
      const auto store = "default=" + std::string{engine} + (*engine == 'r' ? where.path("data") : "");
      INFO(store);
      process server{without_streams(
          where.cluster_store({"serve", "--listen", "unix:" + socket, "--store", store}), closed)};
      const auto answers = [&] {
        return run(where.cluster_store({"set", "a", "x", "--connect", "unix:" + socket})).code == 0;
      };
      REQUIRE(wait_until([&] { return std::filesystem::exists(socket) || server.ended(); }, within(20s)));
      REQUIRE_FALSE(server.ended());
      CHECK(wait_until(answers, within(10s)));
      server.signal(SIGHUP); // it says something
      server.signal(SIGTERM);
      CHECK(server.wait(within(10s)) == 0);
      CHECK(has(closed, 2) == server.errors().empty());
      CHECK(has(closed, 1) == server.output().empty());
      if (*engine == 'r') {
        master again{where, {.listen = "unix:" + socket, .store = store}};
        again.start();
        CHECK(again.run({"get", "a"}).output == "x");
        CHECK(again.stop() == 0);
      }
    }
  });
}

TEST_CASE("a command without a stream that it needs fails and says so, and all others are done") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("s.sock")}};
  server.start();
  const std::vector<command> commands{
      {{"set", "a", "x"}}, {{"set", "a", "-"}, true},  {{"get", "a"}},      {{"all"}},
      {{"length"}},        {{"regenerate", "a", "b"}}, {{"set", "a", "y"}}, {{"touch", "a"}, false, false},
      {{"pipe"}, true},    {{"clear", "--yes"}},
  };
  const std::string input = R"({"seq":1,"op":"set","id":"b","data":"x"})";
  for_each_combination([&](unsigned closed) {
    for (const auto& [arguments, reads, writes] : commands) {
      auto line = arguments;
      const auto connect = server.connect_arguments();
      line.insert(line.end(), connect.begin(), connect.end());
      const auto done = run(without_streams(where.cluster_store(line), closed), input);
      INFO(arguments.front() << ": " << done.errors);
      const bool fails = (reads && has(closed, 0)) || (writes && has(closed, 1));
      CHECK(done.code == (fails ? 5 : 0));
      CHECK((fails && !has(closed, 2)) == (done.errors.find("Bad file descriptor") != std::string::npos));
    }
    for (const auto* what : {"--version", "--help"}) {
      CHECK(run(without_streams(where.cluster_store({what}), closed)).code == (has(closed, 1) ? 5 : 0));
      CHECK(run(without_streams(where.beside_it("cluster-store-bench", {"--help"}), closed)).code
            == (has(closed, 1) ? 5 : 0));
    }
  });
  CHECK(server.stop() == 0);
}

TEST_CASE("the benchmark and its processes work whichever standard streams are closed") {
  const sandbox where;
  for_each_combination([&](unsigned closed) {
    const auto done = run(without_streams(
        where.beside_it("cluster-store-bench", {"--round", "50ms", "--rounds", "1", "--warm-up", "10ms",
                                                "--workers", "2", "--keys", "100", "--in-flight", "8"}),
        closed));
    INFO(done.errors);
    CHECK(done.code == (has(closed, 1) ? 5 : 0));
  });
}

TEST_CASE("the demonstration and its processes work without standard streams, and say that nobody saw it") {
  const sandbox where;
  const auto done = run(without_streams(where.beside_it("cluster-store-demo", {}), 0b111), {}, within(60s));
  CHECK(done.code == 1);
}

TEST_CASE("a program that uses the library gets nothing of it into its closed standard streams") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("s.sock"), .store = "default=memory:"}};
  server.start();
  for_each_combination([&](unsigned closed) {
    const auto use = [&](std::vector<std::string> arguments) {
      const auto done = run(without_streams(where.library_user(std::move(arguments)), closed));
      INFO(done.errors);
      CHECK(done.code == 0);
    };
    const auto own = "unix:" + where.path("own.sock");
    use({"standalone", "memory:"});
    use({"standalone", "rocksdb:" + where.path("data")});
    use({"master", "memory:", own});
    use({"master", "rocksdb:" + where.path("data"), own});
    use({"worker", "memory:", server.endpoint()});
    CHECK(run(without_streams(where.beside_it("cluster-store-first-program", {}), closed)).code == 0);
  });
  CHECK(server.stop() == 0);
}
