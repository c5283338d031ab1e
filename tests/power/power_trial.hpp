#pragma once

#include <memory>
#include <random>

#include <cluster_store/backends/rocksdb/rocksdb.hpp>
#include <cluster_store/tests/backends/engines.hpp>
#include <cluster_store/tests/power/power_disk.hpp>

namespace cluster_store::tests {

/// A new store on a disk of its own.
struct power_trial {
  explicit power_trial(backends::traits::syncing sync, std::uint64_t seed = 1) : random{seed} {
    options.path = directory / "data";
    options.sync = sync;
    options.write_buffer_bytes = 64u << 10;
    options.files = disk.files();
  }

  void open() { store = value_of(backends::open_rocksdb(options)); }

  void cut_power() {
    disk.cut();
    store.reset();
    disk.come_back_after_power_cut(random);
  }

  /// As `cut_power`, but it is certain what is lost.
  void cut_power_and_lose(std::uint64_t from, std::uint64_t bytes = page_bytes) {
    disk.cut();
    store.reset();
    disk.come_back_without(from, bytes);
  }

  std::mt19937_64 random;
  temporary_directory directory;
  power_disk disk{directory / "data", directory / "attic"};
  backends::rocksdb_options options;
  std::unique_ptr<backends::backend> store;
};

} // namespace cluster_store::tests
