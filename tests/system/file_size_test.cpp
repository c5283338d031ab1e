#include <csignal>
#include <fstream>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/master.hpp>
#include <cluster_store/tests/support/pipe_worker.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t data_bytes = 100'000;

/// From now on no file of the process may have more than `bytes`.
void limit_files(pid_t id, rlim_t bytes) {
  const rlimit limit{bytes, RLIM_INFINITY};
  REQUIRE(::prlimit(id, RLIMIT_FSIZE, &limit, nullptr) == 0);
}

/// As the program would have been started with that limit and `SIGXFSZ` as the system has it.
program with_files_of(program what, rlim_t bytes) {
  what.before_start = [bytes] {
    const rlimit limit{bytes, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_DFL);
  };
  return what;
}

/// As the shell's `program 2>log` with a log that may not grow. `stream` is 1 or 2.
program with_full_stream(program what, const std::string& log, int stream) {
  what.before_start = [log, stream] {
    const rlimit limit{0, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_DFL);
    ::dup2(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600), stream);
  };
  return what;
}

/// A worker and what was acknowledged to it.
class writer {
public:
  explicit writer(master& server) : worker_(server) {}

  /// Sets the next session. @returns the error, or nothing.
  std::string set() {
    const auto body = worker_.call({{"op", "set"}, {"id", std::to_string(last_)}, {"data", data_of(last_)}});
    if (body.value("ok", false))
      kept_.push_back(last_);
    ++last_;
    return body.value("error", "");
  }

  void set_until_refused() {
    std::string error;
    for (int count = 0; error.empty() && count < 100; ++count)
      error = set();
    REQUIRE(error == "io_error");
  }

  bool answers() { return worker_.call({{"op", "get"}, {"id", "0"}}).value("error", "") != "unavailable"; }

  /// All that was acknowledged is there, and nothing else.
  void check() {
    REQUIRE(wait_until([this] { return answers(); }, within(10s)));
    CHECK(worker_.call({{"op", "length"}})["count"] == kept_.size());
    for (const auto number : kept_)
      REQUIRE(worker_.call({{"op", "get"}, {"id", std::to_string(number)}})["data"] == data_of(number));
  }

  pipe_worker& worker() { return worker_; }

private:
  static std::string data_of(std::size_t number) {
    return std::string(data_bytes, static_cast<char>('a' + number % 26));
  }

  pipe_worker worker_;
  std::vector<std::size_t> kept_;
  std::size_t last_ = 0;
};

} // namespace

TEST_CASE("where files may not grow, writes answer io_error, reads go on, and nothing acknowledged is lost") {
  for (const auto* sync : {"always", "never"})
    for (const rlim_t limit : {rlim_t{0}, rlim_t{3} << 20}) {
      INFO(sync << ", files of " << limit << " bytes");
      const sandbox where;
      master server{where,
                    {.listen = "unix:" + where.path("s.sock"),
                     .store = "s=rocksdb:" + where.path("data") + "?sync=" + sync}};
      server.start();
      writer all{server};
      for (int count = 0; count < 10; ++count)
        REQUIRE(all.set() == "");
      for (int round = 0; round < 2; ++round) {
        limit_files(server.self().id(), limit);
        all.set_until_refused();
        CHECK(all.set() == "io_error");
        CHECK(server.store_status("s")["problem"].get<std::string>().find("ulimit -f") != std::string::npos);
        all.check();
        limit_files(server.self().id(), RLIM_INFINITY);
        REQUIRE(wait_until([&] { return all.set().empty(); }, within(20s)));
      }
      CHECK(server.store_status("s")["restarts"] == 0);
      server.kill();
      server.start();
      all.check();
      CHECK(all.worker().finish() == 0);
      CHECK(server.stop() == 0);
    }
}

TEST_CASE("a master whose table files may not grow loses nothing that it acknowledged") {
  const sandbox where;
  master server{where,
                {.listen = "unix:" + where.path("s.sock"),
                 .store = "s=rocksdb:" + where.path("data") + "?sync=never&compression=none"}};
  server.start();
  limit_files(server.self().id(),
              rlim_t{20} << 20); // a log has less, and what four tables are merged into more
  writer all{server};
  for (int count = 0; count < 1'500; ++count)
    all.set();
  all.check();
  limit_files(server.self().id(), RLIM_INFINITY);
  REQUIRE(wait_until([&] { return all.set().empty(); }, within(30s)));
  server.kill();
  server.start();
  all.check();
  CHECK(all.worker().finish() == 0);
  CHECK(server.stop() == 0);
}

TEST_CASE(
    "a master that is started where files may not grow ends with code 5 and a reason, and changes nothing") {
  const sandbox where;
  const auto store = "default=rocksdb:" + where.path("data");
  const auto serve =
      where.cluster_store({"serve", "--listen", "unix:" + where.path("s.sock"), "--store", store});
  for (int round = 0; round < 2; ++round) {
    const auto done = run(with_files_of(serve, 0));
    INFO(done.errors);
    CHECK(done.code == 5);
    CHECK(done.errors.find("ulimit -f") != std::string::npos);
    master server{where, {.listen = "unix:" + where.path("s.sock"), .store = store}};
    server.start();
    CHECK(server.run({"get", "a"}).output == (round == 0 ? "" : "x"));
    CHECK(server.run({"set", "a", "x"}).code == 0);
    CHECK(server.stop() == 0);
  }
}

TEST_CASE(
    "a log at the limit of its size is no reason for a master to end, and stdout there fails a command") {
  const sandbox where;
  const auto listen = "unix:" + where.path("s.sock");
  process server{
      with_full_stream(where.cluster_store({"serve", "--listen", listen, "--store", "default=memory:"}),
                       where.path("log"), 2)};
  REQUIRE(server.await_line(within(10s)) == "ready " + listen);
  for (int count = 0; count < 3; ++count) {
    server.signal(SIGHUP);
    CHECK(run(where.cluster_store({"set", "a", "x", "--connect", listen})).code == 0);
  }
  const auto done =
      run(with_full_stream(where.cluster_store({"get", "a", "--connect", listen}), where.path("out"), 1));
  CHECK(done.code == 5);
  CHECK(done.errors.find("File too large") != std::string::npos);
  server.signal(SIGTERM);
  CHECK(server.wait(within(5s)) == 0);
}

TEST_CASE("a program that uses the library is not ended by SIGXFSZ, and its signals stay as they were") {
  const sandbox where;
  const auto use = [&](rlim_t bytes) {
    return run(with_files_of(where.library_user({"standalone", "rocksdb:" + where.path("data")}), bytes));
  };
  const auto fresh = use(0);
  INFO(fresh.errors);
  CHECK(fresh.code == 5);
  CHECK(use(RLIM_INFINITY).code == 0);
  const auto again = use(0);
  INFO(again.errors);
  CHECK(again.code == 5);
  CHECK(use(RLIM_INFINITY).code == 0);
}
