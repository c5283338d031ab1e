#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include <cluster_store/actors/store/core.hpp>
#include <cluster_store/backends/backend.hpp>
#include <cluster_store/tests/power/commit_diary.hpp>
#include <cluster_store/tests/power/power_disk.hpp>
#include <cluster_store/tests/power/random_clients.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

namespace cluster_store::tests {

/// What is tried.
struct power_options {
  backends::traits::syncing sync = backends::traits::syncing::always;
  bool forgets = false; ///< Commits do not keep client rows.
  std::uint64_t seed = 1;
};

/// What happened.
struct power_figures {
  std::size_t cuts = 0;
  std::size_t kills = 0;
  std::array<std::size_t, disk_steps> cut_in{}; ///< Cuts in a step of each kind; the others were between two.
  std::size_t cut_while_opening = 0;
  std::size_t commits = 0; ///< Acknowledged.
  std::size_t lost = 0;    ///< Of these.
  std::size_t unasked = 0; ///< Commits that were not acknowledged and survived all the same.
  std::size_t resent = 0;  ///< Mutations that were sent again.

  std::string text() const;
};

/// A store core on RocksDB on a disk whose power is cut again and again while clients work.
///
/// After each cut the store is opened again and compared with the states it went through, row by row: what is
/// there has to be one of them, and not older than the sync mode promises. So no commit is torn or left out.
class power_store {
public:
  explicit power_store(const power_options& how);
  ~power_store();

  /// One life of the store, up to a cut or (now and then) the death of its process.
  void live();

  /// Opens the store for good and reads all that the clients remember.
  void read_all();

  const history& calls() const noexcept { return clients_.calls(); }
  power_figures figures() const;

private:
  backends::commit first_commit_of_a_run() const;
  bool open();
  void compare();
  void close();
  void work(std::size_t rounds);
  bool run_groups();
  bool commit_group();
  cut_moment random_moment(bool opening);
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  power_options how_;
  std::mt19937_64 random_;
  temporary_directory directory_;
  power_disk disk_;
  std::unique_ptr<backends::backend> engine_;
  std::unique_ptr<actors::store_core> core_;
  random_clients clients_;
  commit_diary diary_;
  bool begun_ = false;   ///< The diary was.
  bool was_cut_ = false; ///< The power, since the diary was begun.
  wall_time now_{std::chrono::hours{500'000}};
  steady_time steady_{std::chrono::hours{1}};
  power_figures figures_;
};

} // namespace cluster_store::tests
