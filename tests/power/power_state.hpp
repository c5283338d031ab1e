#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include <rocksdb/file_system.h>

#include <cluster_store/tests/power/cached_names.hpp>
#include <cluster_store/tests/power/power_disk.hpp>

namespace cluster_store::tests {

/// What of a store a file holds, by its name.
enum class file_kind : std::uint8_t { log, table, manifest, other };

inline file_kind kind_of(const std::string& name) {
  if (name.ends_with(".log"))
    return file_kind::log;
  if (name.ends_with(".sst"))
    return file_kind::table;
  return name.starts_with("MANIFEST-") ? file_kind::manifest : file_kind::other;
}

/// What a disk and the files on it share.
struct power_state {
  power_state(std::string where, std::string behind) : directory{std::move(where)}, attic{std::move(behind)} {
    directory_synced = std::filesystem::exists(directory);
    std::filesystem::create_directory(attic);
  }

  /// Does a step of an engine, unless the power is cut before. @param part does a random part of it, if it
  /// has parts.
  template <class Do, class Part>
  rocksdb::IOStatus step(std::optional<disk_step> what, Do all, Part part) {
    std::unique_lock lock{mutex};
    if (off)
      return dead(what, lock);
    if (!plan || what != plan->in || ++seen != plan->number)
      return all();
    const auto dice = random() % 4;
    if (dice == 0)
      all().PermitUncheckedError();
    else if (dice < 3)
      part();
    off = true;
    in = what;
    return dead(what, lock);
  }

  /// What every change is answered after the cut. RocksDB's threads would wait for a second after an error,
  /// so all are told that the engine is being closed, the others once it is. But not if a log could not be
  /// synced, since they would try that again, and RocksDB forbids it.
  rocksdb::IOStatus dead(std::optional<disk_step> what, std::unique_lock<std::mutex>& lock) {
    const bool is_owner = std::this_thread::get_id() == owner;
    if (is_owner
        || (what != disk_step::log_sync
            && closed.wait_for(lock, std::chrono::milliseconds{250}, [this] { return closing; })))
      return rocksdb::status_to_io_status(rocksdb::Status::ShutdownInProgress("the power is cut"));
    return rocksdb::IOStatus::IOError("the power is cut");
  }

  template <class Do>
  rocksdb::IOStatus step(std::optional<disk_step> what, Do all) {
    return step(what, std::move(all), [] {});
  }

  /// A new file in the attic, which is where it is opened.
  std::shared_ptr<cached_file> new_file() {
    auto made = std::make_shared<cached_file>();
    made->attic_path = attic + "/" + std::to_string(++files);
    return made;
  }

  /// @returns none if there is no log.
  std::shared_ptr<cached_file> newest_log() const {
    std::shared_ptr<cached_file> newest;
    for (const auto& [name, file] : names.now()) // in the order of their numbers
      if (name.ends_with(".log"))
        newest = file;
    return newest;
  }

  void put_in_place(const file_names& kept) {
    for (const auto& [name, file] : kept)
      std::filesystem::create_hard_link(file->attic_path, directory + "/" + name);
  }

  std::string directory;
  std::string attic;
  mutable std::mutex mutex;
  cached_names names;
  bool directory_synced = false; // in its own parent
  std::uint64_t files = 0;
  bool off = false;
  bool closing = false;
  std::thread::id owner = std::this_thread::get_id();
  std::condition_variable closed;
  std::optional<cut_moment> plan;
  std::uint64_t seen = 0; // steps of the planned kind
  std::optional<disk_step> in;
  std::mt19937_64 random;
};

/// @returns the files of a disk as an engine uses them.
std::shared_ptr<rocksdb::FileSystem> make_power_files(std::shared_ptr<power_state> disk);

} // namespace cluster_store::tests
