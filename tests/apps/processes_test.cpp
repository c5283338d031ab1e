#include <cluster_store/apps/support/processes/child_process.hpp>
#include <cluster_store/apps/support/processes/other_program.hpp>
#include <cluster_store/apps/support/processes/processors.hpp>

#include <thread>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

TEST_CASE("a program is found in PATH, and one that is not there is named with its package") {
  const auto shell = find_program("sh", "dash");
  REQUIRE(shell);
  CHECK(shell->ends_with("/sh"));
  const auto missing = find_program("no-such-program-anywhere", "some-package");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == errc::unsupported);
  CHECK(missing.error().message.find("some-package") != std::string::npos);
}

TEST_CASE("a program that is run gives its output, and its code if that is not 0") {
  const auto shell = find_program("sh", "dash").value();
  CHECK(run_program({shell, "-c", "echo one; echo two"}, std::chrono::seconds{30}) == "one\ntwo\n");
  const auto failed = run_program({shell, "-c", "echo why; exit 3"}, std::chrono::seconds{30});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("code 3") != std::string::npos);
  CHECK(failed.error().message.find("why") != std::string::npos);
}

TEST_CASE("a program that does not end in time is given up and killed") {
  const auto shell = find_program("sh", "dash").value();
  const auto late = run_program({shell, "-c", "read line < /dev/zero"}, std::chrono::milliseconds{50});
  REQUIRE_FALSE(late);
  CHECK(late.error().message.find("did not end within 50 ms") != std::string::npos);
}

TEST_CASE("a program reads what is written to it") {
  auto process = child_process::start({find_program("cat", "coreutils").value()});
  REQUIRE(process);
  CHECK(process->write("one\ntwo\n"));
  CHECK(process->read_line(std::chrono::seconds{30}) == "one");
  CHECK(process->read_line(std::chrono::seconds{30}) == "two");
  process->close_input();
  CHECK(process->wait(std::chrono::seconds{30}) == 0);
}

TEST_CASE("a program runs on the one processor it is given, and its parent as before") {
  const auto allowed = allowed_processors();
  REQUIRE_FALSE(allowed.empty());
  auto process = child_process::start(
      {find_program("grep", "grep").value(), "Cpus_allowed_list", "/proc/self/status"}, {}, allowed.back());
  REQUIRE(process);
  CHECK(process->read_line(std::chrono::seconds{30})
        == "Cpus_allowed_list:\t" + std::to_string(allowed.back()));
  CHECK(allowed_processors() == allowed);
}

TEST_CASE("a thread that is pinned runs on one processor only") {
  const auto allowed = allowed_processors();
  std::vector<unsigned> seen;
  std::thread{[&] {
    if (run_only_on(allowed.back()))
      seen = allowed_processors();
  }}.join();
  CHECK(seen == std::vector{allowed.back()});
  CHECK(allowed_processors() == allowed);
}
