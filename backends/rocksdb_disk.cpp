#include <cluster_store/backends/rocksdb_disk.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <mutex>
#include <string_view>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cluster_store/backends/rocksdb_file_size.hpp>
#include <cluster_store/backends/rocksdb_logger.hpp>
#include <cluster_store/backends/room.hpp>

namespace cluster_store::backends {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class log_file;

/// How much room in the log is reserved at once, and how much is filled with zeros.
constexpr std::uint64_t reserve_bytes = 1u << 20;
constexpr std::size_t zero_bytes = 1u << 18;
static_assert(zero_bytes % (32 * 1024) == 0, "RocksDB skips zeros by whole blocks of a log");

/// What the log adds to a commit, beside seven bytes for each 32 KiB.
constexpr std::uint64_t log_overhead_bytes = 64;

/// What all files of one database share.
struct disk_state {
  disk_watch watch;
  bool every_commit_synced = false;
  std::mutex newest_mutex;
  log_file* newest = nullptr;
  std::atomic<std::uint64_t> commit = 0; // number of the commit
  std::atomic<bool> appended = false;    // since it began, as the two below
  std::atomic<bool> cut_back = false;
  std::atomic<bool> unknown = false;
  std::atomic<bool> log_failed = false; // at any time

  int ask(disk_call call) const { return watch ? watch(call) : 0; }
};

IOStatus failed(int number) {
  const std::string text = std::strerror(number);
  return number == ENOSPC ? IOStatus::NoSpace("disk watch", text) : IOStatus::IOError("disk watch", text);
}

class log_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  /// @param ahead the same file, to write zeros where the log will be; may be none.
  log_file(std::unique_ptr<rocksdb::FSWritableFile> file, std::unique_ptr<rocksdb::FSRandomRWFile> ahead,
           std::string path, std::shared_ptr<disk_state> state)
      : FSWritableFileOwnerWrapper{std::move(file)},
        ahead_{std::move(ahead)},
        path_{std::move(path)},
        state_{std::move(state)} {
    const std::lock_guard guard{state_->newest_mutex};
    state_->newest = this;
  }

  ~log_file() override {
    const std::lock_guard guard{state_->newest_mutex};
    if (state_->newest == this)
      state_->newest = nullptr;
  }

  /// Makes sure that `bytes` more can be appended, if the file system can tell.
  IOStatus reserve(std::uint64_t bytes) {
    if (bytes_ + bytes > file_bytes_max()) // which may have been lowered below what is reserved
      return IOStatus::NoSpace(path_, std::strerror(EFBIG));
    if (bytes_ + bytes <= bytes_reserved_)
      return IOStatus::OK();
    if (const int number = state_->ask(disk_call::reserve); number != 0)
      return failed(number);
    auto done = ahead_ ? fill(bytes_ + bytes) : allocate(std::max(bytes, reserve_bytes));
    if (!done.ok())
      done = allocate(bytes);
    return done.IsNoSpace() ? done : IOStatus::OK();
  }

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return append(data, options, debug,
                  [&](const Slice& part) { return target()->Append(part, options, debug); });
  }

  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification, IODebugContext* debug) override {
    return append(data, options, debug,
                  [&](const Slice& part) { return target()->Append(part, options, verification, debug); });
  }

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return target()->Sync(options, debug); });
  }

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return target()->Fsync(options, debug); });
  }

  /// Syncs what was appended, and the file's name if that has not been done yet.
  template <class SyncName>
  IOStatus sync_all(SyncName sync_name) {
    auto done = Sync({}, nullptr);
    if (done.ok() && !name_synced_) {
      done = sync_name(path_);
      name_synced_ = done.ok();
    }
    return done;
  }

private:
  /// Zeros up to `end` at least. Then the file has its length and its blocks before a commit comes, and
  /// syncing that writes its data and nothing else.
  IOStatus fill(std::uint64_t end) {
    static const std::string zeros(zero_bytes, '\0');
    auto at = std::max(bytes_, bytes_reserved_);
    do {
      if (auto done = ahead_->Write(at, zeros, {}, nullptr); !done.ok()) {
        ahead_.reset();
        return done;
      }
      at += zeros.size();
    } while (at < end);
    bytes_reserved_ = at;
    return IOStatus::OK();
  }

  IOStatus allocate(std::uint64_t bytes) {
    auto done = target()->Allocate(bytes_, bytes, {}, nullptr);
    if (done.ok())
      bytes_reserved_ = bytes_ + bytes;
    return done;
  }

  template <class Write>
  IOStatus append(const Slice& data, const IOOptions& options, IODebugContext* debug, Write write) {
    if (const auto commit = state_->commit.load(); commit != commit_) {
      commit_ = commit;
      bytes_before_ = bytes_;
    }
    state_->appended = true;
    IOStatus done;
    if (const int number = state_->ask(disk_call::append); number != 0) {
      // As on a full disk, a part gets there.
      done = write(Slice{data.data(), data.size() / 2});
      done = failed(number);
    } else {
      done = write(data);
    }
    if (!done.ok())
      state_->log_failed = true;
    if (done.ok())
      appended(data.size(), options, debug);
    else if (target()->Truncate(bytes_before_, options, debug).ok())
      state_->cut_back = true;
    else
      state_->unknown = true;
    return done;
  }

  /// The disk may begin while RocksDB still puts the commit into its memory.
  void appended(std::uint64_t bytes, const IOOptions& options, IODebugContext* debug) {
    if (state_->every_commit_synced && !target()->RangeSync(bytes_, bytes, options, debug).ok())
      write_back_failed_ = true; // the sync need not be told again
    bytes_ += bytes;
  }

  template <class Flush>
  IOStatus sync(Flush flush) {
    const int number = write_back_failed_ ? EIO : state_->ask(disk_call::sync);
    auto done = number == 0 ? flush() : failed(number);
    if (!done.ok())
      state_->unknown = state_->log_failed = true;
    return done;
  }

  std::unique_ptr<rocksdb::FSRandomRWFile> ahead_;
  std::string path_;
  std::shared_ptr<disk_state> state_;
  bool name_synced_ = false;
  bool write_back_failed_ = false;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_before_ = 0; // when the commit began
  std::uint64_t bytes_reserved_ = 0;
  std::uint64_t commit_ = std::numeric_limits<std::uint64_t>::max();
};

/// Any file but a log.
class other_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  /// @param watched none if the watch is not to be asked.
  other_file(std::unique_ptr<rocksdb::FSWritableFile> file, std::shared_ptr<disk_state> watched)
      : FSWritableFileOwnerWrapper{std::move(file)}, watched_{std::move(watched)} {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return append([&] { return target()->Append(data, options, debug); });
  }

  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification, IODebugContext* debug) override {
    return append([&] { return target()->Append(data, options, verification, debug); });
  }

private:
  template <class Write>
  IOStatus append(Write write) {
    const int number = watched_ ? watched_->ask(disk_call::table) : 0;
    if (number != 0)
      return failed(number);
    errno = 0;
    return no_space_if_too_large(write());
  }

  std::shared_ptr<disk_state> watched_;
};

class watched_file_system final : public rocksdb::FileSystemWrapper {
public:
  watched_file_system(std::shared_ptr<rocksdb::FileSystem> files, std::shared_ptr<disk_state> state)
      : FileSystemWrapper{files ? files : rocksdb::FileSystem::Default()},
        state_{std::move(state)},
        is_default_{!files} {}

  const char* Name() const override { return "cluster_store.watched"; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made, IODebugContext* debug) override {
    const bool is_log = std::string_view{name}.ends_with(".log");
    if (is_log)
      if (auto done = sync_newest_log(); !done.ok())
        return done;
    auto done = FileSystemWrapper::NewWritableFile(name, options, made, debug);
    if (!done.ok())
      return done;
    if (is_log)
      *made = std::make_unique<log_file>(std::move(*made), same_file(name, options), name, state_);
    else
      *made = std::make_unique<other_file>(std::move(*made),
                                           std::string_view{name}.ends_with(".sst") ? state_ : nullptr);
    return done;
  }

  /// Syncs the log and its name. The logs before are synced: without that a power cut could take the end of
  /// one, or all of it, and leave the next.
  IOStatus sync_newest_log() {
    const std::lock_guard guard{state_->newest_mutex};
    if (state_->newest == nullptr)
      return IOStatus::OK();
    return state_->newest->sync_all(
        [this](const std::string& log) { return sync_directory_of(log, nullptr); });
  }

  IOStatus NewLogger(const std::string& name, const IOOptions& options,
                     std::shared_ptr<rocksdb::Logger>* made, IODebugContext* debug) override {
    if (!is_default_)
      return FileSystemWrapper::NewLogger(name, options, made, debug);
    *made = make_rocksdb_logger(name);
    return *made ? IOStatus::OK() : failed(errno);
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    if (std::string_view{to}.ends_with("/CURRENT"))
      if (auto done = sync_directory_of(to, debug); !done.ok())
        return done;
    return FileSystemWrapper::RenameFile(from, to, options, debug);
  }

private:
  /// Nothing where that is not worth while or not possible.
  std::unique_ptr<rocksdb::FSRandomRWFile> same_file(const std::string& name,
                                                     const rocksdb::FileOptions& options) {
    std::unique_ptr<rocksdb::FSRandomRWFile> made;
    if (state_->every_commit_synced)
      NewRandomRWFile(name, options, &made, nullptr).PermitUncheckedError();
    return made;
  }

  IOStatus sync_directory_of(const std::string& file, IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSDirectory> directory;
    auto done = NewDirectory(file.substr(0, file.rfind('/')), {}, &directory, debug);
    return done.ok() ? directory->Fsync({}, debug) : done;
  }

  std::shared_ptr<disk_state> state_;
  bool is_default_;
};

} // namespace

struct watched_disk::parts {
  explicit parts(std::shared_ptr<rocksdb::FileSystem> files)
      : file_system{std::make_shared<watched_file_system>(std::move(files), state)},
        env{rocksdb::NewCompositeEnv(file_system)} {}

  std::shared_ptr<disk_state> state = std::make_shared<disk_state>();
  std::shared_ptr<watched_file_system> file_system;
  std::unique_ptr<rocksdb::Env> env;
};

watched_disk::watched_disk(disk_watch watch, std::shared_ptr<rocksdb::FileSystem> files,
                           bool every_commit_synced)
    : parts_{std::make_unique<parts>(std::move(files))} {
  parts_->state->watch = std::move(watch);
  parts_->state->every_commit_synced = every_commit_synced;
}

watched_disk::~watched_disk() = default;

rocksdb::Env* watched_disk::env() const noexcept {
  return parts_->env.get();
}

result<void> watched_disk::begin_commit(std::uint64_t bytes) {
  auto& state = *parts_->state;
  ++state.commit;
  state.appended = false;
  state.cut_back = false;
  state.unknown = false;
  const std::lock_guard guard{state.newest_mutex};
  if (state.newest == nullptr)
    return {};
  const auto needed = bytes + bytes / 1024 + log_overhead_bytes;
  if (const auto done = state.newest->reserve(needed); !done.ok())
    return fail(errc::io_error, "the disk has no room for a commit of " + std::to_string(bytes) + " bytes ("
                                    + done.ToString() + "): " + room_hint(done) + ", nothing was changed");
  return {};
}

log_fate watched_disk::fate() const noexcept {
  const auto& state = *parts_->state;
  if (state.unknown)
    return log_fate::unknown;
  if (state.cut_back)
    return log_fate::cut_back;
  return state.appended ? log_fate::unknown : log_fate::untouched;
}

result<void> watched_disk::sync_log() {
  if (log_failed())
    return fail(errc::outcome_unknown, "a log could not be synced before");
  if (const auto done = parts_->file_system->sync_newest_log(); !done.ok())
    return fail(errc::outcome_unknown, done.ToString());
  return {};
}

bool watched_disk::log_failed() const noexcept {
  return parts_->state->log_failed;
}

result<void> watched_disk::sync_directory(const std::string& path) const {
  std::unique_ptr<rocksdb::Directory> directory;
  if (!env()->NewDirectory(path, &directory).ok())
    return {};
  if (const auto done = directory->Fsync(); !done.ok())
    return fail(errc::io_error, "the directory " + path + " cannot be synced (" + done.ToString()
                                    + "): repair its disk or use another one");
  return {};
}

std::uint64_t watched_disk::free_bytes(const std::string& path) const {
  std::uint64_t bytes = 0;
  return env()->GetFreeSpace(path, &bytes).ok() ? std::min(bytes, file_bytes_max()) : file_bytes_max();
}

} // namespace cluster_store::backends
