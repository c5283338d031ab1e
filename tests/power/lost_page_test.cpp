#include <algorithm>

#include <cluster_store/tests/power/power_trial.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

constexpr std::uint64_t block_bytes = 32'768; // of RocksDB's logs
constexpr int commits = 8;

/// Stores sessions named in their order, one a commit.
void fill(power_trial& here, std::size_t data_bytes) {
  const std::string data(data_bytes, 'x');
  for (int number = 0; number < commits; ++number)
    apply(*here.store, {put("id " + std::to_string(100 + number), record_of(1, data))});
}

/// @returns the size of data with which two commits fill a block of a log: wherever zeros begin with a page
/// between two commits, RocksDB finds the beginning of a commit behind them.
std::size_t half_a_block() {
  constexpr std::size_t about = 16'000;
  power_trial here{traits::syncing::never};
  here.open();
  const auto before = here.disk.newest_log_bytes();
  apply(*here.store, {put("id 100", record_of(1, std::string(about, 'x')))});
  const auto grown = here.disk.newest_log_bytes() - before;
  return static_cast<std::size_t>(block_bytes / 2 - (grown - about));
}

/// What is there has to be the first part of what was stored, and counted.
std::vector<std::string> first_part(backend& store) {
  const auto ids = all_ids(store);
  for (std::size_t i = 0; i < ids.size(); ++i)
    REQUIRE(ids[i] == "id " + std::to_string(100 + i));
  REQUIRE(value_of(store.length()) == ids.size());
  return ids;
}

} // namespace

TEST_CASE("a page that a power cut takes from a log takes with it all commits behind it, and for good") {
  // given a store whose commits end where pages end, in one log or several
  const auto data_bytes = half_a_block();
  const std::size_t write_buffer_bytes = GENERATE(64u << 10, 16u << 20);
  std::size_t least = commits;
  for (std::uint64_t page = 0, pages = 1; page < pages; ++page) {
    INFO("buffer of " << write_buffer_bytes << " bytes, page " << page << " of " << pages);
    power_trial here{traits::syncing::never};
    here.options.write_buffer_bytes = write_buffer_bytes;
    here.open();
    fill(here, data_bytes);
    pages = here.disk.newest_log_bytes() / page_bytes;
    // when the power fails before this page was written
    here.cut_power_and_lose(page * page_bytes);
    // then no commit is missing before one that is there
    here.open();
    const auto left = first_part(*here.store);
    least = std::min(least, left.size());
    // and what is gone does not come back, whoever else fails
    apply(*here.store, {put("later", record_of(2, "x"))});
    here.cut_power_and_lose(0, 0);
    here.open();
    auto then = all_ids(*here.store);
    REQUIRE(then.size() == left.size() + 1);
    REQUIRE(then.back() == "later");
  }
  CHECK(least < commits);
}

TEST_CASE("a page lost at the beginning of what came after a damaged recovery leaves a first part, too") {
  // given a store that was recovered from a log with a hole
  power_trial here{traits::syncing::never};
  const auto data_bytes = half_a_block();
  here.options.write_buffer_bytes = 16u << 20;
  here.open();
  fill(here, data_bytes);
  here.cut_power_and_lose(block_bytes);
  here.open();
  const auto left = first_part(*here.store).size();
  REQUIRE(left < commits);
  // when it goes on, and the power fails again with all of it there
  apply(*here.store, {put("later 1", record_of(2, "x"))});
  apply(*here.store, {put("later 2", record_of(3, "x"))});
  SECTION("with all of it on the disk") {
    here.cut_power_and_lose(0, 0);
    here.open();
    // then nothing is taken for a hole
    CHECK(all_ids(*here.store).size() == left + 2);
  }
  SECTION("with nothing of it on the disk") {
    here.cut_power_and_lose(0, UINT64_MAX / 2);
    here.open();
    const auto ids = all_ids(*here.store);
    CHECK(ids.size() <= left + 1); // the first commit of a log is synced
  }
}
