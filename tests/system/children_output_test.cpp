#include <array>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/system/children.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// The letter that worker `number` writes.
char letter_of(std::size_t number) {
  return static_cast<char>('a' + static_cast<int>(number));
}

} // namespace

TEST_CASE("what workers write in pieces, short and long, comes line by line, unmixed and complete") {
  constexpr int lines = 400;
  constexpr std::size_t line_bytes_max = 16 * 1024;
  const sandbox where;
  parent master{where, {"--workers", "4"}, child_worker({"chatter", std::to_string(lines)})};
  REQUIRE(master.is_ready());

  std::array<std::string, 5> texts; // by number, their lines joined
  std::size_t ends = 0;
  while (ends < 4) {
    const auto line = master.self().await_line(within(20s));
    REQUIRE(line);
    REQUIRE(line->size() <= line_bytes_max);
    // A part of a long line has its worker's letter only.
    const auto letter = line->back();
    const bool is_part = line->find_first_not_of(letter) == std::string::npos;
    const auto number = is_part ? static_cast<std::size_t>(letter - letter_of(0))
                                : static_cast<std::size_t>(line->front() - '0');
    REQUIRE(number >= 1);
    REQUIRE(number <= 4);
    texts[number] += *line + '\n';
    ends += *line == std::to_string(number) + " end" ? 1 : 0;
  }
  for (std::size_t number = 1; number <= 4; ++number) {
    CAPTURE(number);
    const auto letter = letter_of(number);
    std::size_t next = 0;
    std::size_t long_bytes = 0;
    std::istringstream text{texts[number]};
    for (std::string line; std::getline(text, line);) {
      const auto begin = std::to_string(number) + ' ' + std::to_string(next) + ' ';
      if (line.starts_with(begin)) {
        ++next;
        line.erase(0, begin.size());
      }
      if (line == std::to_string(number) + " end")
        continue;
      CHECK(line.find_first_not_of(letter) == std::string::npos);
      long_bytes += line.size() > 300 ? line.size() : 0;
    }
    CHECK(next == lines);
    CHECK(long_bytes > 7 * 40'000);
  }
}

TEST_CASE("a master whose output nobody reads serves on, ends what it should end, and loses none of it") {
  const sandbox where;
  parent master{where, {"--workers", "2"}, child_worker({"chatter", "4000"})}; // more than all pipes hold
  REQUIRE(master.is_ready());
  for (int round = 0; round < 3; ++round)
    CHECK(run(where.cluster_store({"length", "--connect", "unix:" + where.path("s.sock")})).code == 0);

  SECTION("it is read later") {
    std::size_t ends = 0;
    while (ends < 2) {
      const auto line = master.self().await_line(within(20s));
      REQUIRE(line);
      ends += line->ends_with(" end") ? 1 : 0;
    }
  }
  SECTION("it is never read, and the master is told to end") {
    const auto workers = master.started();
    master.self().signal(SIGTERM);
    CHECK(wait_until([&] { return master.self().ended(); }, within(10s)));
    CHECK(all_end(workers));
  }
}

TEST_CASE("a worker that writes without a newline takes no memory of its master") {
  const sandbox where;
  parent master{where, {"--workers", "1"}, {"/bin/sh", "-c", "tr '\\0' x </dev/zero"}};
  REQUIRE(master.is_ready());
  std::size_t bytes = 0;
  const auto limit = within(30s);
  const auto before = resident_bytes(master.self().id());
  while (bytes < 200'000'000 && std::chrono::steady_clock::now() < limit) {
    master.self().pump(100ms);
    while (const auto line = master.self().take_line())
      bytes += line->size();
  }
  CHECK(bytes >= 200'000'000);
  CHECK(resident_bytes_peak(master.self().id()) < before + 32 * 1024 * 1024);
}
