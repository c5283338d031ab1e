#include <cluster_store/backends/system/room.hpp>

#include <filesystem>

#include <fcntl.h>
#include <sys/resource.h>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

std::size_t entries_of(const char* directory) {
  const std::filesystem::directory_iterator all{directory};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// A lower soft limit of this process, for a while.
class lower_limit {
public:
  lower_limit(__rlimit_resource what, rlim_t count) : what_{what} {
    REQUIRE(::getrlimit(what_, &before_) == 0);
    const rlimit now{count, before_.rlim_max};
    REQUIRE(::setrlimit(what_, &now) == 0);
  }
  lower_limit(const lower_limit&) = delete;
  lower_limit& operator=(const lower_limit&) = delete;
  ~lower_limit() { ::setrlimit(what_, &before_); }

private:
  __rlimit_resource what_;
  rlimit before_{};
};

} // namespace

TEST_CASE("room that is looked for is given back when the answer comes") {
  const auto descriptors = entries_of("/proc/self/fd");
  const auto threads = entries_of("/proc/self/task");
  for (int count = 0; count < 100; ++count)
    REQUIRE(check_room({.descriptors = 20, .threads = 5, .memory_bytes = 1u << 20}, "a test"));
  CHECK(entries_of("/proc/self/fd") == descriptors);
  // A thread that was joined may still be seen for a moment.
  CHECK(wait_until([&] { return entries_of("/proc/self/task") == threads; }, within(2s)));
}

TEST_CASE("descriptors that are missing are an error that says how many there are and what to do") {
  constexpr int first = 3;
  int count = first; // of the numbers below it three are free
  for (int free = 0; free < 3; ++count)
    free += ::fcntl(count, F_GETFD) == -1 ? 1 : 0;
  const lower_limit few{RLIMIT_NOFILE, static_cast<rlim_t>(count)};
  CHECK(check_room({.descriptors = 3}, "a test"));
  const auto refused = check_room({.descriptors = 4}, "a test");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::io_error);
  CHECK_THAT(refused.error().message, contains("a test needs 4 more open files, and 3"));
  CHECK_THAT(refused.error().message, contains("ulimit -n"));
}

TEST_CASE("address space that is missing is an error") {
  const auto refused = check_room({.memory_bytes = std::size_t{1} << 60}, "a test");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::io_error);
  CHECK_THAT(refused.error().message, contains("ulimit -v"));
}

TEST_CASE("the most bytes of a file follow the limit of the process") {
  CHECK(file_bytes_max() > std::uint64_t{1} << 40);
  const lower_limit small{RLIMIT_FSIZE, 4'096};
  CHECK(file_bytes_max() == 4'096);
}
