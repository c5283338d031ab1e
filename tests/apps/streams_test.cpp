#include <array>
#include <cerrno>
#include <csignal>
#include <future>
#include <string>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cluster_store/apps/support/terminal/input.hpp>
#include <cluster_store/apps/support/terminal/output.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/file_descriptor.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store::apps;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

struct pipe_ends {
  explicit pipe_ends(int flags = 0) {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | flags) == 0);
    from = file_descriptor{ends[0]};
    to = file_descriptor{ends[1]};
  }

  file_descriptor from;
  file_descriptor to;
};

tl::expected<std::size_t, int> read_some(int from, int wake = -1) {
  std::array<char, 64> block{};
  return input{from, wake}.read(block);
}

std::string read_whole(int from) {
  std::string all;
  std::array<char, 4096> block{};
  const input source{from};
  for (;;) {
    const auto count = source.read(block);
    if (!count || *count == 0)
      return all;
    all.append(block.data(), *count);
  }
}

} // namespace

TEST_CASE("input waits for bytes whatever the mode of its descriptor, and ends with it") {
  pipe_ends ends{GENERATE(0, O_NONBLOCK)};
  auto read = std::async(std::launch::async, [&] { return read_some(ends.from.number()); });
  CHECK(read.wait_for(20ms) == std::future_status::timeout);
  REQUIRE(::write(ends.to.number(), "abc", 3) == 3);
  CHECK(read.get() == 3u);
  ends.to = {};
  CHECK(read_some(ends.from.number()) == 0u);
}

TEST_CASE("input that nobody will read any more ends when it is woken") {
  const pipe_ends ends;
  const file_descriptor wake{::eventfd(0, EFD_CLOEXEC)};
  auto read = std::async(std::launch::async, [&] { return read_some(ends.from.number(), wake.number()); });
  CHECK(read.wait_for(20ms) == std::future_status::timeout);
  const std::uint64_t one = 1;
  REQUIRE(::write(wake.number(), &one, sizeof(one)) == sizeof(one));
  CHECK(read.get() == 0u);
}

TEST_CASE("what cannot be read is an error, not an end") {
  const temporary_directory where;
  const file_descriptor directory{::open((where / "").c_str(), O_RDONLY | O_CLOEXEC)};
  REQUIRE(directory.number() >= 0);
  CHECK(read_some(directory.number()).error() == EISDIR);
  CHECK(read_some(1'000'000).error() == EBADF);
  const pipe_ends ends;
  CHECK(read_some(ends.to.number()).error() == EBADF);
}

TEST_CASE("all of a text is written, whatever the mode of the descriptor and however slow the reader") {
  pipe_ends ends{GENERATE(0, O_NONBLOCK)};
  const std::string text(1'000'000, 'x');
  auto written = std::async(std::launch::async, [&] {
    const auto problem = write_all(ends.to.number(), text);
    ends.to = {};
    return problem;
  });
  CHECK(read_whole(ends.from.number()) == text);
  CHECK(written.get() == 0);
}

TEST_CASE("a reader that is gone and a place that is full are told apart") {
  pipe_ends ends;
  ends.from = {};
  CHECK(write_all(ends.to.number(), "x") == EPIPE);
  CHECK(write_within(ends.to.number(), "x", 1s) == EPIPE);
  const file_descriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
  CHECK(write_all(full.number(), "x") == ENOSPC);
  CHECK(write_all(1'000'000, "x") == EBADF);
  CHECK(write_all(1'000'000, "") == 0);
}

TEST_CASE("a message neither gets lost where there is room nor waits for ever where there is none") {
  pipe_ends ends{GENERATE(0, O_NONBLOCK)};
  CHECK(write_within(ends.to.number(), "said", 10ms) == 0);
  CHECK(write_within(ends.to.number(), std::string(1'000'000, 'x'), 10ms) == ETIMEDOUT);
  auto written = std::async(std::launch::async, [&] {
    const auto problem = write_within(ends.to.number(), "heard", 10s);
    ends.to = {};
    return problem;
  });
  const auto seen = read_whole(ends.from.number());
  CHECK(written.get() == 0);
  CHECK(seen.starts_with("said"));
  CHECK(seen.ends_with("heard"));
}
