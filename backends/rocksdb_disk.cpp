#include <cluster_store/backends/rocksdb_disk.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace cluster_store::backends {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

/// What all log files of one database share.
struct log_state {
  disk_watch watch;
  std::atomic<std::uint64_t> commit = 0; // number of the commit
  std::atomic<bool> appended = false;    // since it began, as the two below
  std::atomic<bool> cut_back = false;
  std::atomic<bool> unknown = false;

  int ask(disk_call call) const { return watch ? watch(call) : 0; }
};

IOStatus failed(int number) {
  const std::string text = std::strerror(number);
  return number == ENOSPC ? IOStatus::NoSpace("disk watch", text) : IOStatus::IOError("disk watch", text);
}

class log_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  log_file(std::unique_ptr<rocksdb::FSWritableFile> file, std::shared_ptr<log_state> state)
      : FSWritableFileOwnerWrapper{std::move(file)}, state_{std::move(state)} {}

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

private:
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
    if (done.ok())
      bytes_ += data.size();
    else if (target()->Truncate(bytes_before_, options, debug).ok())
      state_->cut_back = true;
    else
      state_->unknown = true;
    return done;
  }

  template <class Flush>
  IOStatus sync(Flush flush) {
    const int number = state_->ask(disk_call::sync);
    auto done = number == 0 ? flush() : failed(number);
    if (!done.ok())
      state_->unknown = true;
    return done;
  }

  std::shared_ptr<log_state> state_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_before_ = 0; // when the commit began
  std::uint64_t commit_ = std::numeric_limits<std::uint64_t>::max();
};

class watched_file_system final : public rocksdb::FileSystemWrapper {
public:
  explicit watched_file_system(std::shared_ptr<log_state> state)
      : FileSystemWrapper{rocksdb::FileSystem::Default()}, state_{std::move(state)} {}

  const char* Name() const override { return "cluster_store.watched"; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made, IODebugContext* debug) override {
    auto done = FileSystemWrapper::NewWritableFile(name, options, made, debug);
    if (done.ok() && std::string_view{name}.ends_with(".log"))
      *made = std::make_unique<log_file>(std::move(*made), state_);
    return done;
  }

private:
  std::shared_ptr<log_state> state_;
};

} // namespace

struct watched_disk::parts {
  std::shared_ptr<log_state> state = std::make_shared<log_state>();
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(std::make_shared<watched_file_system>(state));
};

watched_disk::watched_disk(disk_watch watch) : parts_{std::make_unique<parts>()} {
  parts_->state->watch = std::move(watch);
}

watched_disk::~watched_disk() = default;

rocksdb::Env* watched_disk::env() const noexcept {
  return parts_->env.get();
}

void watched_disk::begin_commit() noexcept {
  auto& state = *parts_->state;
  ++state.commit;
  state.appended = false;
  state.cut_back = false;
  state.unknown = false;
}

log_fate watched_disk::fate() const noexcept {
  const auto& state = *parts_->state;
  if (state.unknown)
    return log_fate::unknown;
  if (state.cut_back)
    return log_fate::cut_back;
  return state.appended ? log_fate::unknown : log_fate::untouched;
}

result<void> watched_disk::check_lock(const std::string& path) const {
  const auto file = path + "/LOCK";
  if (::access(path.c_str(), W_OK | X_OK) != 0 || (::access(file.c_str(), W_OK) != 0 && errno != ENOENT))
    return fail(errc::io_error, "the store's directory " + path + " cannot be written ("
                                    + std::strerror(errno) + "): give this user the right to");
  rocksdb::FileLock* lock = nullptr;
  if (const auto done = env()->LockFile(file, &lock); !done.ok())
    return fail(errc::unavailable, "the store's directory " + path
                                       + " is in use by another process or store (" + done.ToString()
                                       + "): stop that one or use another directory");
  if (const auto done = env()->UnlockFile(lock); !done.ok())
    return fail(errc::io_error,
                "the lock of the store's directory " + path + " cannot be released: " + done.ToString());
  return {};
}

std::uint64_t watched_disk::free_bytes(const std::string& path) const {
  std::uint64_t bytes = 0;
  return env()->GetFreeSpace(path, &bytes).ok() ? bytes : std::numeric_limits<std::uint64_t>::max();
}

} // namespace cluster_store::backends
