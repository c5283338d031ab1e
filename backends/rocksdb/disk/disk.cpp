#include <cluster_store/backends/rocksdb/disk/disk.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cluster_store/backends/rocksdb/directory/content.hpp>
#include <cluster_store/backends/rocksdb/directory/inventory.hpp>
#include <cluster_store/backends/rocksdb/disk/environment.hpp>
#include <cluster_store/backends/system/forked.hpp>
#include <cluster_store/backends/system/room.hpp>
#include <cluster_store/backends/system/store_directory.hpp>

namespace cluster_store::backends {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

/// What the log adds to a commit, beside seven bytes for each 32 KiB.
constexpr std::uint64_t log_overhead_bytes = 64;

} // namespace

/// What RocksDB sees and changes are the files of the inventory, and nothing else in the directory.
class watched_file_system final : public rocksdb::FileSystemWrapper {
public:
  watched_file_system(const std::shared_ptr<rocksdb::FileSystem>& files, std::shared_ptr<disk_state> state)
      : FileSystemWrapper{files ? files : rocksdb::FileSystem::Default()},
        inventory{target_},
        state_{std::move(state)},
        is_default_{!files} {}

  const char* Name() const override { return "cluster_store.watched"; }

  IOStatus GetChildren(const std::string& directory, const IOOptions& options,
                       std::vector<std::string>* names, IODebugContext* debug) override {
    auto done = FileSystemWrapper::GetChildren(directory, options, names, debug);
    std::erase_if(*names, [this](const std::string& each) { return !inventory.has(each); });
    return done;
  }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made, IODebugContext* debug) override {
    const auto kind = rocksdb_file_named(name_of(path));
    // A power cut could take the end of a log that is not synced, or all of it, and leave the next.
    auto done = kind == rocksdb_file::log ? sync_log(*state_) : IOStatus::OK();
    if (done.ok())
      done = take_name(path, debug);
    if (done.ok() && is_default_)
      done = make_closed(path);
    if (done.ok())
      done = FileSystemWrapper::NewWritableFile(path, options, made, debug);
    if (done.ok())
      done = close(path);
    if (!done.ok())
      return done;
    if (kind == rocksdb_file::log)
      return begin_log(path, options, made);
    *made = watched_file(std::move(*made));
    return done;
  }

  /// Where RocksDB finds no table, it looks for one of LevelDB's and says that this is missing.
  IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* made,
                               IODebugContext* debug) override {
    constexpr std::string_view of_leveldb = ".ldb";
    if (path.ends_with(of_leveldb))
      return IOStatus::PathNotFound("there is no file",
                                    path.substr(0, path.size() - of_leveldb.size()) + ".sst");
    return FileSystemWrapper::NewRandomAccessFile(path, options, made, debug);
  }

  IOStatus NewLogger(const std::string& path, const IOOptions& options,
                     std::shared_ptr<rocksdb::Logger>* made, IODebugContext* debug) override {
    if (auto done = take_name(path, debug); !done.ok())
      return done;
    if (!is_default_)
      return FileSystemWrapper::NewLogger(path, options, made, debug);
    *made = make_rocksdb_logger(path);
    return *made ? close(path) : disk_failed(errno);
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    auto done = take_name(to, debug);
    if (done.ok() && rocksdb_file_named(name_of(to)) == rocksdb_file::current)
      done = inventory.sync_names();
    if (done.ok())
      done = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (done.ok())
      inventory.forget(name_of(from));
    return done;
  }

  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    if (!inventory.has(name_of(path)))
      return strange(path);
    auto done = inventory.give_up(name_of(path));
    if (done.ok())
      done = FileSystemWrapper::DeleteFile(path, options, debug);
    if (done.ok())
      inventory.forget(name_of(path));
    return done;
  }

  IOStatus LockFile(const std::string& path, const IOOptions& options, rocksdb::FileLock** lock,
                    IODebugContext* debug) override {
    auto done = take_name(path, debug);
    if (done.ok())
      done = FileSystemWrapper::LockFile(path, options, lock, debug);
    return done.ok() ? close(path) : done;
  }

  rocksdb_inventory inventory;

private:
  static std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

  static IOStatus strange(const std::string& path) {
    return IOStatus::IOError("it is there already, and is none of the store's files", path);
  }

  static IOStatus close(const std::string& path) {
    const int number = close_to_others(path);
    return number == 0 ? IOStatus::OK() : disk_failed(number);
  }

  /// RocksDB itself would make a file that others may read until its mode is changed.
  static IOStatus make_closed(const std::string& path) {
    const unshared_descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    return file ? close(path) : disk_failed(errno);
  }

  /// Before a file is made or gets another name. Somebody else's is not replaced.
  IOStatus take_name(const std::string& path, IODebugContext* debug) {
    if (!inventory.has_begun())
      return IOStatus::NotSupported("the directory is only looked at", path);
    if (!inventory.has(name_of(path)) && FileExists(path, {}, debug).ok())
      return strange(path);
    return inventory.add(name_of(path));
  }

  /// Nothing is in a log before it is certain that it will be missed.
  IOStatus begin_log(const std::string& path, const rocksdb::FileOptions& options,
                     std::unique_ptr<rocksdb::FSWritableFile>* made) {
    auto done = inventory.sync_names();
    if (done.ok())
      done = inventory.require(name_of(path));
    if (!done.ok())
      return done;
    std::unique_ptr<rocksdb::FSRandomRWFile> ahead; // none where that is not worth while or not possible
    if (state_->every_commit_synced)
      NewRandomRWFile(path, options, &ahead, nullptr).PermitUncheckedError();
    *made = watched_log(std::move(*made), std::move(ahead), state_);
    return done;
  }

  std::shared_ptr<disk_state> state_;
  bool is_default_;
};

watched_disk::watched_disk(const std::shared_ptr<rocksdb::FileSystem>& files, bool every_commit_synced)
    : file_system_{std::make_shared<watched_file_system>(files, state_)}, env_{environment_of(file_system_)} {
  state_->every_commit_synced = every_commit_synced;
}

watched_disk::~watched_disk() = default;

void watched_disk::show(const std::vector<std::string>& files) {
  file_system_->inventory.show(files);
}

result<void> watched_disk::begin(const std::string& directory) {
  if (const auto done = file_system_->inventory.begin(directory); !done.ok())
    return fail(errc::io_error, "the inventory of the store's directory " + directory + " cannot be written ("
                                    + done.ToString() + "): " + room_hint(done) + ", or repair it");
  return {};
}

void watched_disk::end(bool is_synced) {
  file_system_->inventory.end(is_synced);
}

result<void> watched_disk::begin_commit(std::uint64_t bytes) {
  ++state_->commit;
  state_->fate = log_fate::untouched;
  state_->began_log = false;
  const auto needed = bytes + bytes / 1024 + log_overhead_bytes;
  if (const auto done = reserve_log(*state_, needed); !done.ok())
    return fail(errc::io_error, "the disk has no room for a commit of " + std::to_string(bytes) + " bytes ("
                                    + done.ToString() + "): " + room_hint(done) + ", nothing was changed");
  return {};
}

result<void> watched_disk::sync_log() {
  if (log_failed())
    return fail(errc::outcome_unknown, "a log could not be synced before");
  if (const auto done = backends::sync_log(*state_); !done.ok())
    return fail(errc::outcome_unknown, done.ToString());
  return {};
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

std::string room_hint(const rocksdb::Status& problem) {
  return problem.ToString().find(std::strerror(EFBIG)) == std::string::npos
             ? "make room on the disk"
             : "raise the limit of the size of files (ulimit -f, LimitFSIZE= of a service)";
}

} // namespace cluster_store::backends
