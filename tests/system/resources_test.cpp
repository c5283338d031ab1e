#include <csignal>
#include <filesystem>

#include <sys/resource.h>
#include <unistd.h>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/master.hpp>
#include <cluster_store/tests/support/pipe_worker.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>
#include <cluster_store/tests/system/faulty_rocksdb.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// Every how many-th number of a sweep is tried; `SYSTEM_TESTS_STEP=1` tries all.
rlim_t step() {
  return size_from_environment("SYSTEM_TESTS_STEP", 5);
}

/// What a process may have, as its parent says.
struct limit {
  int what = RLIMIT_NOFILE;
  rlim_t count = 0;
  uid_t user = 0; ///< Limits of threads do not bind root.
};

program limited(program what, const limit& to) {
  what.before_start = [to] {
    ::close_range(3, ~0U, 0); // what whoever runs the tests has left open
    if (to.user != 0
        && (::setresgid(to.user, to.user, to.user) != 0 || ::setresuid(to.user, to.user, to.user) != 0))
      ::_exit(126);
    const rlimit both{to.count, to.count};
    if (::setrlimit(static_cast<__rlimit_resource>(to.what), &both) != 0)
      ::_exit(126);
  };
  return what;
}

/// A user that runs nothing else, or 0 if this process may not become another one.
uid_t somebody() {
  return ::geteuid() == 0 ? static_cast<uid_t>(1'000'000 + ::getpid()) : 0;
}

/// Gives a sandbox to `user`.
void give(const sandbox& where, uid_t user) {
  const std::filesystem::path root = std::filesystem::path{where.path("x")}.parent_path();
  std::filesystem::recursive_directory_iterator all{root};
  for (const auto& each : all)
    REQUIRE(::chown(each.path().c_str(), user, user) == 0);
  REQUIRE(::chown(root.c_str(), user, user) == 0);
}

/// One start of a master under a limit.
/// @returns whether it served; it has ended in any case, and well.
bool serves(const program& what) {
  process server{what};
  std::optional<std::string> line;
  const auto is_settled = [&] {
    server.pump(10ms);
    line = line ? line : server.take_line();
    return line || server.ended();
  };
  REQUIRE(wait_until(is_settled, within(10s)));
  if (line) {
    CHECK(line->starts_with("ready "));
    server.signal(SIGTERM);
  }
  const auto code = server.wait(within(5s));
  INFO(server.errors());
  CHECK(code == (line ? 0 : 5));
  if (!line)
    CHECK(server.errors().find("limit") != std::string::npos);
  return line.has_value();
}

/// Tries `run(count)` with more and more, until it succeeds three times. @returns whether it failed before.
template <class Run>
bool sweep(rlim_t first, rlim_t width, rlim_t last, Run run) {
  bool failed = false;
  int succeeded = 0;
  for (auto count = first; count <= last && succeeded < 3; count += width) {
    INFO("with " << count);
    if (run(count))
      ++succeeded;
    else
      failed = true;
  }
  CHECK(succeeded == 3);
  return failed;
}

std::vector<std::string> serve_arguments(const sandbox& where, const std::string& engine) {
  const auto data = engine == "rocksdb:" ? engine + where.path("data") : engine;
  return {"serve",
          "--listen",
          "unix:" + where.path("s.sock"),
          "--listen",
          "127.0.0.1:0",
          "--secret-file",
          where.secret_file(),
          "--store",
          "a=" + data};
}

/// A command that finds no master: enough for all that a worker process begins with.
bool tries_to_connect(const program& what) {
  const auto done = run(what, R"({"seq":1,"op":"get","id":"a"})", within(10s));
  INFO(done.errors);
  const bool is_pipe = what.arguments.at(1) == "pipe";
  CHECK((done.code == 5 || done.code == (is_pipe ? 0 : 3)));
  if (done.code == 5)
    CHECK(done.errors.find("limit") != std::string::npos);
  return done.code != 5;
}

constexpr rlim_t descriptors_first = 4; // with fewer the system does not start a program
constexpr rlim_t threads_first = 1;
constexpr rlim_t mebibyte = 1 << 20;

} // namespace

TEST_CASE("with any number of descriptors a master serves, or ends with code 5 and says what is missing") {
  for (const auto* engine : {"memory:", "rocksdb:"}) {
    const sandbox where;
    const auto what = where.cluster_store(serve_arguments(where, engine));
    CHECK(sweep(descriptors_first, step(), 200, [&](rlim_t count) {
      return serves(limited(what, {.what = RLIMIT_NOFILE, .count = count}));
    }));
  }
}

TEST_CASE("with any number of threads a master serves, or ends with code 5 and says what is missing") {
  const auto user = somebody();
  if (user == 0) {
    WARN("UNSUPPORTED ENVIRONMENT: only root can run a program as a user with no other processes");
    return;
  }
  for (const auto* engine : {"memory:", "rocksdb:"}) {
    const sandbox where;
    give(where, user);
    const auto what = where.cluster_store(serve_arguments(where, engine));
    CHECK(sweep(threads_first, std::max<rlim_t>(step() / 2, 1), 100, [&](rlim_t count) {
      return serves(limited(what, {.what = RLIMIT_NPROC, .count = count, .user = user}));
    }));
  }
}

TEST_CASE(
    "with any amount of address space that a program starts with, a master serves or ends with code 5") {
  for (const auto* engine : {"memory:", "rocksdb:"}) {
    const sandbox where;
    const auto what = where.cluster_store(serve_arguments(where, engine));
    CHECK(sweep(100 * mebibyte, step() * 5 * mebibyte, 1'500 * mebibyte,
                [&](rlim_t bytes) { return serves(limited(what, {.what = RLIMIT_AS, .count = bytes})); }));
  }
}

TEST_CASE("with any number of descriptors or threads a command tries to connect, or ends with code 5") {
  const sandbox where;
  const auto user = somebody();
  if (user != 0)
    give(where, user);
  for (const auto* command : {"get", "pipe", "status"}) {
    std::vector<std::string> line{command, "--connect", "unix:" + where.path("no.sock"), "--timeout", "50ms"};
    if (command == std::string_view{"get"})
      line.insert(line.begin() + 1, "a");
    const auto what = where.cluster_store(line);
    CHECK(sweep(descriptors_first, step(), 100, [&](rlim_t count) {
      return tries_to_connect(limited(what, {.what = RLIMIT_NOFILE, .count = count}));
    }));
    if (user != 0)
      CHECK(sweep(threads_first, std::max<rlim_t>(step() / 2, 1), 100, [&](rlim_t count) {
        return tries_to_connect(limited(what, {.what = RLIMIT_NPROC, .count = count, .user = user}));
      }));
  }
}

TEST_CASE("with any number of descriptors or threads a program that opens a store gets it or an error") {
  const sandbox where;
  const auto user = somebody();
  if (user != 0)
    give(where, user);
  const auto opens = [](const program& what) {
    const auto done = run(what, {}, within(10s));
    INFO(done.errors);
    CHECK((done.code == 0 || done.code == 5));
    return done.code == 0;
  };
  for (const auto* engine : {"memory:", "rocksdb:"})
    for (const auto* mode : {"standalone", "master"}) {
      const auto data = engine + (*engine == 'r' ? where.path("data") : std::string{});
      const auto what = where.library_user({mode, data, "unix:" + where.path("s.sock")});
      sweep(descriptors_first, step(), 200, [&](rlim_t count) {
        return opens(limited(what, {.what = RLIMIT_NOFILE, .count = count, .user = user}));
      });
      if (user != 0)
        CHECK(sweep(threads_first, std::max<rlim_t>(step() / 2, 1), 100, [&](rlim_t count) {
          return opens(limited(what, {.what = RLIMIT_NPROC, .count = count, .user = user}));
        }));
    }
}

TEST_CASE(
    "a master without descriptors for its broken store goes on, and opens it when there are some again") {
  const sandbox where;
  master server{
      where,
      {.listen = "unix:" + where.path("s.sock"), .store = faulty_rocksdb(where, "apply=broken@3&opens=1")}};
  server.start();
  pipe_worker worker{server};
  const auto call = [&](const char* operation) {
    return worker.call({{"op", operation}, {"id", "a"}, {"data", "x"}}).value("error", "");
  };
  const auto get = [&] { return worker.call({{"op", "get"}, {"id", "a"}}); };
  const auto allow = [&](rlim_t count) {
    rlimit now{};
    REQUIRE(::prlimit(server.self().id(), RLIMIT_NOFILE, nullptr, &now) == 0);
    now.rlim_cur = count;
    REQUIRE(::prlimit(server.self().id(), RLIMIT_NOFILE, &now, nullptr) == 0);
  };
  REQUIRE(call("set").empty());
  allow(open_descriptors(server.self().id()));
  CHECK(wait_until([&] { return !call("set").empty(); }, within(10s)));
  CHECK(get().value("error", "") != "");
  CHECK_FALSE(server.self().ended());
  allow(1'024);
  if (step() == 1) // it has tried so often that it waits for 30 s now
    CHECK(wait_until([&] { return get().value("found", false); }, within(60s)));
  CHECK(worker.finish() == 0);
  CHECK(server.stop() == 0);
}
