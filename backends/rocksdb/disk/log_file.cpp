#include <cluster_store/backends/rocksdb/disk/log_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include <rocksdb/file_system.h>

#include <cluster_store/backends/system/room.hpp>

namespace cluster_store::backends {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

/// How much room in the log is reserved at once, and how much is filled with zeros.
constexpr std::uint64_t reserve_bytes = 1u << 20;
constexpr std::size_t zero_bytes = 1u << 18;
static_assert(zero_bytes % (32 * 1024) == 0, "RocksDB skips zeros by whole blocks of a log");

} // namespace

class log_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  /// @param ahead the same file, to write zeros where the log will be; may be none.
  log_file(std::unique_ptr<rocksdb::FSWritableFile> file, std::unique_ptr<rocksdb::FSRandomRWFile> ahead,
           std::shared_ptr<disk_state> state)
      : FSWritableFileOwnerWrapper{std::move(file)}, ahead_{std::move(ahead)}, state_{std::move(state)} {
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
      return IOStatus::NoSpace("the log", std::strerror(EFBIG));
    if (bytes_ + bytes <= bytes_reserved_)
      return IOStatus::OK();
    auto done = ahead_ ? fill(bytes_ + bytes) : allocate(std::max(bytes, reserve_bytes));
    if (!done.ok())
      done = allocate(bytes);
    return done.IsNoSpace() ? done : IOStatus::OK();
  }

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (const auto commit = state_->commit.load(); commit != commit_) {
      commit_ = commit;
      bytes_before_ = bytes_;
      state_->began_log = !std::exchange(has_commits_, commit > 0); // before the first, RocksDB opens
    }
    state_->fate = log_fate::unknown;
    auto done = append(data, options, debug);
    if (done.ok())
      return done;
    state_->log_failed = true;
    if (target()->Truncate(bytes_before_, options, debug).ok())
      state_->fate = log_fate::cut_back;
    return done;
  }

  /// What RocksDB would have verified on the way is not asked for (`checksum_handoff_file_types`).
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    auto done = write_back_failed_ ? disk_failed(EIO) : target()->Sync(options, debug);
    if (!done.ok()) {
      state_->fate = log_fate::unknown;
      state_->log_failed = true;
    }
    return done;
  }

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }

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

  IOStatus append(const Slice& data, const IOOptions& options, IODebugContext* debug) {
    auto done = target()->Append(data, options, debug);
    if (!done.ok())
      return done;
    // The disk may begin while RocksDB still puts the commit into its memory.
    if (state_->every_commit_synced && !target()->RangeSync(bytes_, data.size(), options, debug).ok())
      write_back_failed_ = true; // the sync need not be told again
    bytes_ += data.size();
    return done;
  }

  std::unique_ptr<rocksdb::FSRandomRWFile> ahead_;
  std::shared_ptr<disk_state> state_;
  bool write_back_failed_ = false;
  bool has_commits_ = false;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_before_ = 0; // when the commit began
  std::uint64_t bytes_reserved_ = 0;
  std::uint64_t commit_ = std::numeric_limits<std::uint64_t>::max();
};

namespace {

/// Any file but a log.
class other_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;

  /// A file that may not grow, because of the process's limit (RLIMIT_FSIZE) or the file system's, is the
  /// same trouble as a full disk, and RocksDB goes on after that; after other failed writes it does not.
  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    errno = 0;
    auto done = target()->Append(data, options, debug);
    if (done.ok() || done.IsNoSpace() || errno != EFBIG)
      return done;
    auto same = IOStatus::NoSpace(done.ToString());
    same.SetRetryable(true); // as RocksDB does for ENOSPC
    return same;
  }

  /// As for a log.
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
};

} // namespace

rocksdb::IOStatus disk_failed(int number) {
  const std::string text = std::strerror(number);
  return number == ENOSPC ? IOStatus::NoSpace("disk watch", text) : IOStatus::IOError("disk watch", text);
}

IOStatus reserve_log(disk_state& state, std::uint64_t bytes) {
  const std::lock_guard guard{state.newest_mutex};
  return state.newest == nullptr ? IOStatus::OK() : state.newest->reserve(bytes);
}

IOStatus sync_log(disk_state& state) {
  const std::lock_guard guard{state.newest_mutex};
  return state.newest == nullptr ? IOStatus::OK() : state.newest->Sync({}, nullptr);
}

std::unique_ptr<rocksdb::FSWritableFile> watched_log(std::unique_ptr<rocksdb::FSWritableFile> file,
                                                     std::unique_ptr<rocksdb::FSRandomRWFile> ahead,
                                                     std::shared_ptr<disk_state> state) {
  return std::make_unique<log_file>(std::move(file), std::move(ahead), std::move(state));
}

std::unique_ptr<rocksdb::FSWritableFile> watched_file(std::unique_ptr<rocksdb::FSWritableFile> file) {
  return std::make_unique<other_file>(std::move(file));
}

} // namespace cluster_store::backends
