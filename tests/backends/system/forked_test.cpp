#include <cluster_store/backends/system/forked.hpp>

#include <functional>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;

namespace {

/// Runs `what` in a child. @returns whether it said yes.
bool in_child(const std::function<bool()>& what, const std::function<pid_t()>& fork = ::fork) {
  const auto child = fork();
  if (child == 0)
    ::_exit(what() ? 0 : 1);
  int status = 1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) >= 0;
}

} // namespace

TEST_CASE("a process has one stamp, and a forked child another") {
  const auto mine = current_process();
  CHECK(in_child([&] { return current_process() != mine && current_process() == current_process(); }));
  CHECK(in_child([&] { return current_process() != mine; },
                 [] { return static_cast<pid_t>(::syscall(SYS_fork)); }));
  CHECK(current_process() == mine);
}

TEST_CASE("a grandchild is neither its parent nor its grandparent") {
  const auto mine = current_process();
  CHECK(in_child([&] {
    const auto parent = current_process();
    return in_child([&] { return current_process() != mine && current_process() != parent; });
  }));
}

TEST_CASE("a descriptor that is not shared is closed in a forked child, and only there") {
  const unshared_descriptor mine{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  REQUIRE(mine);
  CHECK(in_child([&] { return !is_open(mine.get()); }));
  CHECK(is_open(mine.get()));
}

TEST_CASE("the end of an unshared descriptor in a child leaves what has got its number alone") {
  unshared_descriptor mine{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  CHECK(in_child([&] {
    const int number = mine.get();
    const int other = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    mine.reset();
    return other == number && is_open(other);
  }));
}

TEST_CASE("a descriptor that was closed is not closed in a child under its new owner") {
  int number = -1;
  {
    const unshared_descriptor mine{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    number = mine.get();
  }
  const int other = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(other == number);
  CHECK(in_child([&] { return is_open(other); }));
  ::close(other);
}

TEST_CASE("a lock does not live on in a child that outlives its owner's descriptor") {
  const tests::temporary_directory place;
  const auto file = place / "lock";
  int channel[2]; // each side tells the other that it is ready by closing its end
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) == 0);
  const auto await_end = [](int end) {
    char byte = 0;
    return ::read(end, &byte, 1) == 0;
  };
  unshared_descriptor mine{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  REQUIRE(::flock(mine.get(), LOCK_EX | LOCK_NB) == 0);
  const auto child = ::fork();
  if (child == 0) {
    ::close(channel[1]);
    ::shutdown(channel[0], SHUT_WR);
    ::_exit(await_end(channel[0]) ? 0 : 1);
  }
  ::close(channel[0]);
  CHECK(await_end(channel[1]));

  mine.reset();
  const unshared_descriptor next{::open(file.c_str(), O_RDWR | O_CLOEXEC)};
  CHECK(::flock(next.get(), LOCK_EX | LOCK_NB) == 0);

  ::close(channel[1]);
  int status = 1;
  CHECK(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
