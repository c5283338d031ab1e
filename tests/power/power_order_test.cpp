#include <algorithm>
#include <filesystem>
#include <random>

#include <cluster_store/tests/power/power_trial.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

constexpr int trials = 20; // what a disk may lose it loses every other time

/// Whether a log or a manifest ends in the header of its first record. Without an inventory nobody can tell
/// such a file from a stranger's text, so it is refused [refused_directory_test].
bool has_torn_header(const std::string& path) {
  constexpr std::uintmax_t header_bytes = 7; // RocksDB's: checksum, length, kind
  const std::filesystem::directory_iterator files{path};
  return std::any_of(begin(files), end(files), [](const std::filesystem::directory_entry& each) {
    const auto name = each.path().filename().string();
    return (name.ends_with(".log") || name.starts_with("MANIFEST-")) && each.file_size() > 0
           && each.file_size() < header_bytes;
  });
}

} // namespace

TEST_CASE("the directory of a new store survives a power cut with what was acknowledged in it") {
  const auto seed = random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  for (int number = 0; number < trials; ++number) {
    power_trial here{traits::syncing::always, seed + static_cast<std::uint64_t>(number)};
    here.store = value_of(open_rocksdb(here.options));
    apply(*here.store, {put("id", record_of(1, "data"))});
    here.cut_power();
    here.store = value_of(open_rocksdb(here.options));
    REQUIRE(read_data(*here.store, "id") == "data");
  }
}

TEST_CASE("a power cut while a store names its new manifest leaves a store") {
  const auto seed = random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  power_trial here{traits::syncing::always, seed};
  here.store = value_of(open_rocksdb(here.options));
  apply(*here.store, {put("id", record_of(1, "data"))});
  here.store.reset();
  for (std::uint64_t number = 0; number < trials; ++number) {
    here.disk.cut_at({disk_step::rename, 1}, seed + number);
    auto opened = open_rocksdb(here.options);
    REQUIRE(here.disk.is_cut());
    if (opened)
      here.store = std::move(*opened);
    here.cut_power();
    here.store = value_of(open_rocksdb(here.options));
    REQUIRE(read_data(*here.store, "id") == "data");
    here.store.reset();
  }
}

TEST_CASE("a new store is completed, wherever its making was cut off") {
  const auto seed = random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  std::mt19937_64 random{seed};
  for (std::size_t step = 0; step < disk_steps; ++step)
    for (std::uint64_t number = 1;; number += 1 + random() % 3) {
      const bool power = random() % 2 == 0;
      const bool had_inventory = random() % 3 != 0; // older programs wrote none
      INFO(to_string(static_cast<disk_step>(step)) << " " << number << (power ? ", power cut" : ", killed")
                                                   << (had_inventory ? "" : ", no inventory"));
      power_trial here{traits::syncing::always, seed + number};
      here.disk.cut_at({static_cast<disk_step>(step), number}, seed + number);
      if (auto opened = open_rocksdb(here.options); opened && !here.disk.is_cut())
        break;
      here.disk.cut();
      if (power)
        here.disk.come_back_after_power_cut(here.random);
      else
        here.disk.come_back_after_kill();
      if (!had_inventory && !power && !has_torn_header(here.options.path))
        std::filesystem::remove(here.options.path + "/CLUSTER_STORE");
      here.store = value_of(open_rocksdb(here.options));
      apply(*here.store, {put("id", record_of(1, "data"))});
      REQUIRE(read_data(*here.store, "id") == "data");
    }
}

TEST_CASE("without any sync a power cut leaves a first part of the commits, also of those in several logs") {
  const auto seed = random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  const std::string data(10'000, 'x');
  for (int number = 0; number < trials; ++number) {
    power_trial here{traits::syncing::never, seed + static_cast<std::uint64_t>(number)};
    here.store = value_of(open_rocksdb(here.options));
    for (auto count = 1 + here.random() % 40; count > 0; --count)
      apply(*here.store, {put("id " + std::to_string(1'000 - count), record_of(1, data))});
    const auto before = all_ids(*here.store);
    here.cut_power();
    here.store = value_of(open_rocksdb(here.options));
    const auto after = all_ids(*here.store);
    INFO(before.size() << " before, " << after.size() << " after");
    REQUIRE(after.size() <= before.size());
    REQUIRE(std::equal(after.begin(), after.end(), before.begin()));
  }
}
