#include <atomic>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/actors/door/sockets/socket_file.hpp>
#include <cluster_store/actors/door/sockets/sockets.hpp>
#include <cluster_store/tests/support/file_descriptor.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using door::socket_file;

namespace {

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

file_descriptor bound_socket(const std::string& path) {
  const auto where = *door::unix_address(path);
  file_descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  REQUIRE(::bind(socket.number(), where.get(), where.length()) == 0);
  return socket;
}

} // namespace

TEST_CASE("a socket's file is for its owner alone and goes with its server", "[door]") {
  const temporary_directory place;
  const auto path = place / "run/socket";
  const auto before = ::umask(0);
  auto taken = socket_file::take(path);
  ::umask(before);
  REQUIRE(taken);
  CHECK(mode_of(path) == 0600);
  CHECK(mode_of(place / "run") == 0700);
  {
    const auto gone = std::move(*taken);
    CHECK(exists(path));
  }
  CHECK_FALSE(exists(path));
  CHECK(exists(path + ".lock")); // it may be another's by now
  CHECK(socket_file::take(path));
}

TEST_CASE("a socket that is served is never taken", "[door]") {
  const temporary_directory place;
  const auto path = place / "socket";
  const auto first = socket_file::take(path);
  REQUIRE(first);
  const auto second = socket_file::take(path);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::unavailable);
  CHECK_FALSE(door::start_connect(*door::unix_address(path)).problem);
}

TEST_CASE("a socket that is served without a lock is not taken either", "[door]") {
  const temporary_directory place;
  const auto path = place / "socket";
  const auto other = bound_socket(path);
  REQUIRE(::listen(other.number(), 1) == 0);
  const auto taken = socket_file::take(path);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == errc::unavailable);
  CHECK(exists(path));
}

TEST_CASE("the file a dead master left behind is replaced", "[door]") {
  const temporary_directory place;
  const auto path = place / "socket";
  bound_socket(path).close();
  REQUIRE(exists(path));
  std::ofstream{path + ".lock"}.close();
  const auto taken = socket_file::take(path);
  REQUIRE(taken);
  CHECK_FALSE(door::start_connect(*door::unix_address(path)).problem);
}

TEST_CASE("another file is not replaced by a socket", "[door]") {
  const temporary_directory place;
  const auto path = place / "precious";
  std::ofstream{path} << "data";
  const auto taken = socket_file::take(path);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == errc::invalid_argument);
  CHECK(std::filesystem::file_size(path) == 4);
}

TEST_CASE("no socket is put where every user could replace it", "[door]") {
  const temporary_directory place;
  REQUIRE(::chmod(place.path().c_str(), 0777) == 0);
  CHECK(socket_file::take(place / "socket").error().code == errc::invalid_argument);
  REQUIRE(::chmod(place.path().c_str(), 01777) == 0);
  CHECK(socket_file::take(place / "socket"));
}

TEST_CASE("paths that cannot be are refused", "[door]") {
  const temporary_directory place;
  CHECK(socket_file::take("").error().code == errc::invalid_argument);
  CHECK(socket_file::take(place / std::string(108, 'p')).error().code == errc::invalid_argument);
  CHECK(socket_file::take(place / "no/such/directory").error().code == errc::io_error);
}

TEST_CASE("a socket whose files were removed is taken again under the same path", "[door]") {
  const temporary_directory place;
  const auto path = place / "run/socket";
  auto taken = socket_file::take(path);
  REQUIRE(taken);
  for (const auto& removed : {path, path + ".lock", place / "run"}) {
    std::filesystem::remove_all(removed);
    CHECK_FALSE(taken->is_intact());
    REQUIRE(taken->mend());
    CHECK(taken->is_intact());
    CHECK(mode_of(path) == 0600);
    CHECK_FALSE(door::start_connect(*door::unix_address(path)).problem);
    CHECK(socket_file::take(path).error().code == errc::unavailable);
  }
}

TEST_CASE("a socket that another has replaced is given up, and the other's files stay", "[door]") {
  const temporary_directory place;
  const auto path = place / "run/socket";
  std::optional<socket_file> former{*socket_file::take(path)};
  std::filesystem::remove_all(place / "run");
  const auto next = socket_file::take(path);
  REQUIRE(next);
  const auto mended = former->mend();
  REQUIRE_FALSE(mended);
  CHECK(mended.error().code == errc::unavailable);
  CHECK(mended.error().message.find("process " + std::to_string(::getpid())) != std::string::npos);
  former.reset();
  CHECK(next->is_intact());
}

TEST_CASE("a lock that somebody tries meanwhile does not end a socket that is served", "[door]") {
  const temporary_directory place;
  const auto path = place / "socket";
  auto served = socket_file::take(path);
  REQUIRE(served);
  std::filesystem::remove(path + ".lock");
  {
    const auto tried = door::lock_file::take(path + ".lock");
    REQUIRE(tried);
    CHECK(served->mend().error().code == errc::io_error); // told, and tried again
    CHECK_FALSE(served->is_intact());
  }
  REQUIRE(served->mend());
  CHECK(served->is_intact());
}

TEST_CASE("a forked child that ends leaves the socket and its lock to its parent", "[door]") {
  const temporary_directory place;
  const auto path = place / "socket";
  std::optional<socket_file> served{*socket_file::take(path)};
  const auto child = ::fork();
  if (child == 0) {
    served.reset();
    ::_exit(0);
  }
  int status = 1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(served->is_intact());
  CHECK_FALSE(door::start_connect(*door::unix_address(path)).problem);
  CHECK(socket_file::take(path).error().code == errc::unavailable);
}

TEST_CASE("what is no lock's file is refused and left as it is", "[door]") {
  const temporary_directory place;
  const auto path = place / "socket";
  std::filesystem::create_directory(path + ".lock");
  CHECK(socket_file::take(path).error().code == errc::invalid_argument);
  std::filesystem::remove(path + ".lock");
  std::filesystem::create_symlink(place / "elsewhere", path + ".lock");
  CHECK(socket_file::take(path).error().code == errc::invalid_argument);
  CHECK_FALSE(exists(place / "elsewhere"));
  std::filesystem::remove(path + ".lock");
  REQUIRE(::mkfifo((path + ".lock").c_str(), 0600) == 0);
  CHECK(socket_file::take(path).error().code == errc::invalid_argument);
}

TEST_CASE("of simultaneous starts exactly one serves", "[door]") {
  const temporary_directory place;
  for (int round = 0; round < 100; ++round) {
    const auto path = place / ("socket-" + std::to_string(round));
    if (round % 2 == 0)
      bound_socket(path).close(); // left behind by a dead master
    std::vector<std::optional<result<socket_file>>> outcomes(4);
    std::atomic<std::size_t> ready = 0;
    std::vector<std::thread> starts;
    for (auto& mine : outcomes)
      starts.emplace_back([&] {
        ++ready;
        while (ready < outcomes.size())
          std::this_thread::yield();
        mine.emplace(socket_file::take(path));
      });
    for (auto& start : starts)
      start.join();
    const auto won =
        std::count_if(outcomes.begin(), outcomes.end(), [](const auto& each) { return each->has_value(); });
    REQUIRE(won == 1);
    for (const auto& each : outcomes)
      if (!*each)
        REQUIRE((*each).error().code == errc::unavailable);
    REQUIRE_FALSE(door::start_connect(*door::unix_address(path)).problem);
  }
}
