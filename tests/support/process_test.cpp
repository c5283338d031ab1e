#include <cluster_store/tests/support/process.hpp>

#include <csignal>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

program shell(const std::string& script) {
  return {{"/bin/sh", "-c", script}, {}};
}

bool exists(pid_t id) {
  return ::kill(id, 0) == 0;
}

} // namespace

TEST_CASE("a program's output, errors and exit code are kept apart") {
  const auto done = run(shell("read line; echo \"got $line\"; echo wrong >&2; exit 7"), "input\n");
  CHECK(done.code == 7);
  CHECK(done.output == "got input\n");
  CHECK(done.errors == "wrong\n");
}

TEST_CASE("more input and output than a pipe holds goes through") {
  const std::string much(3'000'000, 'x');
  CHECK(run(shell("cat"), much).output == much);
}

TEST_CASE("a program that does not end in time is killed") {
  CHECK_THROWS_AS(run(shell("exec tail -f /dev/null"), {}, within(50ms)), std::runtime_error);
}

TEST_CASE("the end of a process object is the end of its process") {
  pid_t id = 0;
  {
    process child{shell("exec cat")};
    id = child.id();
    CHECK(exists(id));
  }
  CHECK_FALSE(exists(id));
}

TEST_CASE("a killed process reports its signal") {
  process child{shell("exec cat")};
  child.signal(SIGKILL);
  CHECK(child.wait(within(5s)) == -SIGKILL);
}

TEST_CASE("lines are taken one by one as they come") {
  process child{shell("exec cat")};
  child.write("one\ntwo\nthr");
  CHECK(child.await_line(within(5s)) == "one");
  CHECK(child.await_line(within(5s)) == "two");
  CHECK_FALSE(child.await_line(within(20ms)));
  child.write("ee\n");
  CHECK(child.await_line(within(5s)) == "three");
}

TEST_CASE("variables of the program under test come only from the test") {
  ::setenv("CLUSTER_STORE_CONNECT", "unix:/nowhere", 1);
  const auto done = run({{"/usr/bin/env"}, {{"HOME", "/elsewhere"}}});
  ::unsetenv("CLUSTER_STORE_CONNECT");
  CHECK(done.output.find("CLUSTER_STORE_CONNECT") == std::string::npos);
  CHECK(done.output.find("HOME=/elsewhere\n") != std::string::npos);
}

TEST_CASE("memory and descriptors of a running process can be read") {
  process child{shell("exec cat")};
  child.write("x\n");
  REQUIRE(child.await_line(within(5s)));
  CHECK(resident_bytes(child.id()) > 0);
  CHECK(resident_bytes_peak(child.id()) >= resident_bytes(child.id()));
  CHECK(open_descriptors(child.id()) >= 3);
}

TEST_CASE("a temporary directory goes with all it holds") {
  std::string path;
  {
    const temporary_directory directory;
    path = directory.path().string();
    run(shell("mkdir -p " + directory / "a/b" + "; echo x > " + directory / "a/b/c"));
    CHECK(std::filesystem::exists(directory / "a/b/c"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}
