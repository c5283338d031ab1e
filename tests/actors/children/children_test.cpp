#include <cluster_store/actors/children.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <mutex>

#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace std::chrono_literals;

namespace {

/// A master in this process, what its children do, and what they write.
struct home {
  tests::temporary_directory directory;
  server master;
  std::mutex mutex;
  std::vector<child_event> events;
  std::vector<std::string> lines;

  home() {
    server_options how;
    how.listen = {*parse_endpoint("unix:" + (directory / "s.sock"))};
    master = serve(how).value();
  }

  children_options running(std::vector<std::string> command) {
    children_options how;
    how.command = std::move(command);
    how.on_event = [this](const child_event& event) {
      const std::lock_guard guard{mutex};
      events.push_back(event);
    };
    how.on_line = [this](const child_line& line) {
      const std::lock_guard guard{mutex};
      lines.push_back(std::to_string(line.worker) + (line.is_error ? "! " : ": ") + std::string{line.text});
    };
    return how;
  }

  std::size_t said(child_event::kind what) {
    const std::lock_guard guard{mutex};
    std::size_t count = 0;
    for (const auto& each : events)
      count += each.what == what ? 1 : 0;
    return count;
  }

  bool wrote(const std::string& line) {
    const std::lock_guard guard{mutex};
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }
};

bool is_gone(std::uint64_t process) {
  return ::kill(static_cast<pid_t>(process), 0) != 0;
}

} // namespace

TEST_CASE("a program's children run with its master's endpoint, and end with it") {
  home here;
  {
    auto how = here.running(
        {"sh", "-c", "echo $CLUSTER_STORE_CONNECT; echo oops >&2; read nothing; exec sleep 1000"});
    how.workers = 2;
    const auto crew = children::start(here.master, how);
    REQUIRE(crew);
    CHECK(here.said(child_event::kind::started) == 2);
    const auto endpoint = to_string(here.master.status().endpoints.front());
    for (const auto& line :
         {"1: " + endpoint, "2: " + endpoint, std::string{"1! oops"}, std::string{"2! oops"}}) {
      CAPTURE(line);
      CHECK(tests::wait_until([&] { return here.wrote(line); }, tests::within(10s)));
    }
  }
  for (const auto& each : here.events)
    CHECK(is_gone(each.process_id));
  CHECK(here.said(child_event::kind::ended) == 0);
}

TEST_CASE("children that are replaced, stopped and stopped again end once each") {
  home here;
  auto how = here.running({"sleep", "1000"});
  auto crew = children::start(here.master, how).value();
  REQUIRE(crew.replace());
  REQUIRE(tests::wait_until([&] { return here.said(child_event::kind::replaced) == 1; }, tests::within(20s)));
  crew.stop();
  crew.stop();
  crew.hurry();
  CHECK(crew.replace());
  CHECK(here.said(child_event::kind::started) == 2);
  for (const auto& each : here.events)
    CHECK(is_gone(each.process_id));
}

TEST_CASE("children that make no sense are refused, and what is wrong is said") {
  home here;
  const auto refused = [&here](const children_options& how, const std::string& named) {
    const auto crew = children::start(here.master, how);
    REQUIRE_FALSE(crew);
    CHECK(crew.error().code == errc::invalid_argument);
    INFO(crew.error().message);
    CHECK(crew.error().message.find(named) != std::string::npos);
  };
  auto how = here.running({"sleep", "1000"});
  SECTION("none") {
    how.workers = 0;
    refused(how, "from 1 to 1024");
  }
  SECTION("too many") {
    how.workers = 1'025;
    refused(how, "1025");
  }
  SECTION("nothing to run") {
    how.command.clear();
    refused(how, "no program");
    how.command = {""};
    refused(how, "no program");
  }
  SECTION("what is no program") {
    how.command = {"no-such-program-here"};
    refused(how, "no-such-program-here is in no directory of PATH");
    how.command = {here.directory / "missing"};
    refused(how, "No such file");
    how.command = {here.directory.path().string()};
    refused(how, "directory");
  }
  SECTION("an argument that no program can be given") {
    how.command.emplace_back("a\0b", 3);
    refused(how, "zero byte");
  }
  SECTION("times") {
    how.grace = -1ms;
    refused(how, "time to end");
    how.grace = 2h;
    refused(how, "time to end");
    how.grace = 0ms;
    how.successor_timeout = 999ms;
    refused(how, "successors");
  }
  SECTION("a master that nobody reaches") {
    server_options alone;
    alone.listen.clear();
    here.master = serve(alone).value();
    refused(how, "no endpoint");
  }
  CHECK(here.events.empty());
}

TEST_CASE("a handle without children does nothing, and says so where it can") {
  children none;
  none.stop();
  none.hurry();
  CHECK(none.replace().error().code == errc::invalid_argument);
}

TEST_CASE("in a forked child the children of its parent are nobody's, and they live on") {
  home here;
  auto crew = children::start(here.master, here.running({"sleep", "1000"})).value();
  const auto id = ::fork();
  if (id == 0) {
    const bool refused = crew.replace().error().code == errc::unavailable;
    crew.stop();
    crew = {};
    ::_exit(refused ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(id, &status, 0) == id);
  CHECK(status == 0);
  CHECK_FALSE(is_gone(here.events.front().process_id));
}

TEST_CASE("a process that no master started has no store to open") {
  ::unsetenv("CLUSTER_STORE_CONNECT");
  CHECK(options_of_child().error().code == errc::invalid_argument);
  ::setenv("CLUSTER_STORE_CONNECT", "nonsense", 1);
  CHECK(options_of_child().error().message.find("CLUSTER_STORE_CONNECT") == 0);
  ::setenv("CLUSTER_STORE_CONNECT", "127.0.0.1:7401", 1);
  ::setenv("CLUSTER_STORE_SECRET_FILE", "/run/secret", 1);
  const auto how = options_of_child();
  REQUIRE(how);
  CHECK(how->mode == mode::worker);
  CHECK(how->where == *parse_endpoint("127.0.0.1:7401"));
  CHECK(how->secret_file == "/run/secret");
  ::unsetenv("CLUSTER_STORE_CONNECT");
  ::unsetenv("CLUSTER_STORE_SECRET_FILE");
}
