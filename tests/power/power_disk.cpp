#include <cluster_store/tests/power/power_disk.hpp>

#include <algorithm>
#include <array>

#include <cluster_store/tests/power/power_state.hpp>

namespace cluster_store::tests {

std::string to_string(disk_step what) {
  constexpr std::array<const char*, disk_steps> names{"append to the log",
                                                      "sync of the log",
                                                      "append to a table file",
                                                      "sync of a table file",
                                                      "append to the manifest",
                                                      "sync of the manifest",
                                                      "creation",
                                                      "rename",
                                                      "removal",
                                                      "sync of the directory"};
  return names[static_cast<std::size_t>(what)];
}

power_disk::power_disk(std::string directory, std::string attic)
    : state_{std::make_shared<power_state>(std::move(directory), std::move(attic))} {}

power_disk::~power_disk() = default;

std::shared_ptr<rocksdb::FileSystem> power_disk::files() const {
  return make_power_files(state_);
}

void power_disk::cut_at(const cut_moment& when, std::uint64_t seed) {
  const std::lock_guard guard{state_->mutex};
  state_->plan = when;
  state_->seen = 0;
  state_->random.seed(seed);
}

void power_disk::cut() {
  const std::lock_guard guard{state_->mutex};
  state_->off = state_->closing = true;
  state_->closed.notify_all();
}

bool power_disk::is_cut() const {
  const std::lock_guard guard{state_->mutex};
  return state_->off;
}

std::optional<disk_step> power_disk::cut_in() const {
  const std::lock_guard guard{state_->mutex};
  return state_->in;
}

void power_disk::come_back_after_power_cut(std::mt19937_64& random) {
  auto& disk = *state_;
  const auto left = disk.names.after_power_cut(random);
  for (const auto& [name, file] : disk.names.now())
    std::filesystem::remove(disk.directory + "/" + name);
  if (!disk.directory_synced && random() % 2 == 0) {
    std::filesystem::remove_all(disk.directory);
    disk.names = {};
  } else {
    for (const auto& [name, file] : left) {
      lose_tail(*file, kind_of(name) == file_kind::log, random);
    }
    disk.put_in_place(left);
    disk.names = cached_names{left};
    disk.directory_synced = true;
  }
  for (const auto& each : std::filesystem::directory_iterator{disk.attic})
    if (std::ranges::none_of(disk.names.now(),
                             [&](const auto& kept) { return kept.second->attic_path == each.path(); }))
      std::filesystem::remove(each.path());
  come_back_after_kill();
}

void power_disk::come_back_without(std::uint64_t from, std::uint64_t bytes) {
  auto& disk = *state_;
  for (const auto& [name, file] : disk.names.now())
    lose_part(*file, from, file == disk.newest_log() ? bytes : 0);
  disk.names.sync();
  disk.directory_synced = true;
  come_back_after_kill();
}

std::uint64_t power_disk::newest_log_bytes() const {
  const std::lock_guard guard{state_->mutex};
  const auto newest = state_->newest_log();
  return newest ? newest->bytes : 0;
}

void power_disk::come_back_after_kill() {
  const std::lock_guard guard{state_->mutex};
  state_->off = state_->closing = false;
  state_->plan.reset();
  state_->in.reset();
}

} // namespace cluster_store::tests
