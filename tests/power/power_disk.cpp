#include <cluster_store/tests/power/power_disk.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdarg>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include <rocksdb/file_system.h>

#include <cluster_store/tests/power/cached_names.hpp>

namespace cluster_store::tests {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::chrono::milliseconds closed_soon{250};

IOStatus unknown(const std::string& what) {
  return IOStatus::NotSupported("not simulated: " + what);
}

} // namespace

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

struct power_state {
  power_state(std::string where, std::string behind) : directory{std::move(where)}, attic{std::move(behind)} {
    directory_synced = std::filesystem::exists(directory);
    std::filesystem::create_directory(attic);
  }

  /// Does a step of an engine, unless the power is cut before. @param part does a random part of it, if it
  /// has parts.
  template <class Do, class Part>
  IOStatus step(std::optional<disk_step> what, Do all, Part part) {
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
  IOStatus dead(std::optional<disk_step> what, std::unique_lock<std::mutex>& lock) {
    const bool is_owner = std::this_thread::get_id() == owner;
    if (is_owner
        || (what != disk_step::log_sync && closed.wait_for(lock, closed_soon, [this] { return closing; })))
      return rocksdb::status_to_io_status(rocksdb::Status::ShutdownInProgress("the power is cut"));
    return IOStatus::IOError("the power is cut");
  }

  template <class Do>
  IOStatus step(std::optional<disk_step> what, Do all) {
    return step(what, std::move(all), [] {});
  }

  /// A new file in the attic, which is where it is opened.
  std::shared_ptr<cached_file> new_file() {
    auto made = std::make_shared<cached_file>();
    made->attic_path = attic + "/" + std::to_string(++files);
    return made;
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

namespace {

enum class file_kind : std::uint8_t { log, table, manifest, other };

file_kind kind_of(const std::string& name) {
  if (name.ends_with(".log"))
    return file_kind::log;
  if (name.ends_with(".sst"))
    return file_kind::table;
  return name.starts_with("MANIFEST-") ? file_kind::manifest : file_kind::other;
}

std::string name_in(const std::string& path) {
  return std::filesystem::path{path}.filename().string();
}

/// A file that is written.
class written_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  written_file(std::unique_ptr<rocksdb::FSWritableFile> target, std::shared_ptr<power_state> disk,
               std::shared_ptr<cached_file> file, file_kind kind)
      : FSWritableFileOwnerWrapper{std::move(target)},
        disk_{std::move(disk)},
        file_{std::move(file)},
        kind_{kind} {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const auto write = [&](const Slice& what) {
      auto done = target()->Append(what, options, debug);
      if (done.ok())
        file_->bytes += what.size();
      return done;
    };
    return disk_->step(
        step_of(disk_step::log_append, disk_step::table_append, disk_step::manifest_append),
        [&] { return write(data); },
        [&] {
          write(Slice{data.data(), disk_->random() % (data.size() + 1)}).PermitUncheckedError();
        });
  }

  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }

  IOStatus PositionedAppend(const Slice&, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return unknown("a positioned append");
  }

  IOStatus PositionedAppend(const Slice&, std::uint64_t, const IOOptions&,
                            const rocksdb::DataVerificationInfo&, IODebugContext*) override {
    return unknown("a positioned append");
  }

  IOStatus Truncate(std::uint64_t bytes, const IOOptions&, IODebugContext*) override {
    return disk_->step(std::nullopt,
                       [&] { return bytes == file_->bytes ? IOStatus::OK() : unknown("cutting a file"); });
  }

  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return disk_->step(step_of(disk_step::log_sync, disk_step::table_sync, disk_step::manifest_sync), [&] {
      file_->bytes_synced = file_->bytes;
      return IOStatus::OK();
    });
  }

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }

  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return disk_->step(std::nullopt, [] { return IOStatus::OK(); });
  }

  IOStatus Allocate(std::uint64_t offset, std::uint64_t bytes, const IOOptions& options,
                    IODebugContext* debug) override {
    return disk_->step(std::nullopt, [&] { return target()->Allocate(offset, bytes, options, debug); });
  }

private:
  std::optional<disk_step> step_of(disk_step log, disk_step table, disk_step manifest) const {
    const std::array<std::optional<disk_step>, 4> steps{log, table, manifest, std::nullopt};
    return steps[static_cast<std::size_t>(kind_)];
  }

  std::shared_ptr<power_state> disk_;
  std::shared_ptr<cached_file> file_;
  file_kind kind_;
};

/// A file that is written behind its content. What is there promises nothing.
class room_ahead final : public rocksdb::FSRandomRWFileOwnerWrapper {
public:
  room_ahead(std::unique_ptr<rocksdb::FSRandomRWFile> target, std::shared_ptr<power_state> disk,
             std::shared_ptr<cached_file> file)
      : FSRandomRWFileOwnerWrapper{std::move(target)}, disk_{std::move(disk)}, file_{std::move(file)} {}

  IOStatus Write(std::uint64_t at, const Slice& data, const IOOptions& options,
                 IODebugContext* debug) override {
    return disk_->step(std::nullopt, [&] {
      return at < file_->bytes ? unknown("writing again") : target()->Write(at, data, options, debug);
    });
  }

private:
  std::shared_ptr<power_state> disk_;
  std::shared_ptr<cached_file> file_;
};

/// A directory that is synced: the one that is simulated, or its parent.
class synced_directory final : public rocksdb::FSDirectory {
public:
  synced_directory(std::shared_ptr<power_state> disk, bool is_parent)
      : disk_{std::move(disk)}, is_parent_{is_parent} {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return disk_->step(disk_step::directory_sync, [&] {
      if (is_parent_)
        disk_->directory_synced = true;
      else
        disk_->names.sync();
      return IOStatus::OK();
    });
  }

private:
  std::shared_ptr<power_state> disk_;
  bool is_parent_;
};

/// What RocksDB tells of itself is no part of the store.
class silent_logger final : public rocksdb::Logger {
public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
  std::size_t GetLogFileSize() const override { return 0; }
};

class power_file_system final : public rocksdb::FileSystemWrapper {
public:
  explicit power_file_system(std::shared_ptr<power_state> disk)
      : FileSystemWrapper{rocksdb::FileSystem::Default()}, disk_{std::move(disk)} {}

  const char* Name() const override { return "cluster_store.power"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made, IODebugContext* debug) override {
    return disk_->step(disk_step::create, [&] {
      const auto name = name_in(path);
      const auto file = disk_->new_file();
      auto done = target()->NewWritableFile(file->attic_path, options, made, debug);
      if (!done.ok())
        return done;
      std::filesystem::remove(path);
      std::filesystem::create_hard_link(file->attic_path, path);
      disk_->names.create(name, file);
      *made = std::make_unique<written_file>(std::move(*made), disk_, file, kind_of(name));
      return done;
    });
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    return disk_->step(disk_step::rename, [&] {
      auto done = target()->RenameFile(from, to, options, debug);
      if (done.ok())
        disk_->names.rename(name_in(from), name_in(to));
      return done;
    });
  }

  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    return disk_->step(disk_step::remove, [&] {
      auto done = target()->DeleteFile(path, options, debug);
      if (done.ok())
        disk_->names.remove(name_in(path));
      return done;
    });
  }

  IOStatus NewDirectory(const std::string& path, const IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* made, IODebugContext*) override {
    *made = std::make_unique<synced_directory>(disk_, !std::filesystem::equivalent(path, disk_->directory));
    return IOStatus::OK();
  }

  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* made,
                     IODebugContext*) override {
    *made = std::make_shared<silent_logger>();
    return IOStatus::OK();
  }

  IOStatus NewRandomRWFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* made, IODebugContext* debug) override {
    auto done = target()->NewRandomRWFile(path, options, made, debug);
    if (done.ok())
      *made = std::make_unique<room_ahead>(std::move(*made), disk_, disk_->names.find(name_in(path)));
    return done;
  }

  // What nobody uses here.
  IOStatus ReopenWritableFile(const std::string&, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return unknown("reopening a file");
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return unknown("reusing a file");
  }
  IOStatus LinkFile(const std::string&, const std::string&, const IOOptions&, IODebugContext*) override {
    return unknown("a link");
  }
  IOStatus Truncate(const std::string&, std::size_t, const IOOptions&, IODebugContext*) override {
    return unknown("cutting a file by name");
  }

private:
  std::shared_ptr<power_state> disk_;
};

} // namespace

power_disk::power_disk(std::string directory, std::string attic)
    : state_{std::make_shared<power_state>(std::move(directory), std::move(attic))} {}

power_disk::~power_disk() = default;

std::shared_ptr<rocksdb::FileSystem> power_disk::files() const {
  return std::make_shared<power_file_system>(state_);
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

void power_disk::come_back_after_kill() {
  const std::lock_guard guard{state_->mutex};
  state_->off = state_->closing = false;
  state_->plan.reset();
  state_->in.reset();
}

} // namespace cluster_store::tests
