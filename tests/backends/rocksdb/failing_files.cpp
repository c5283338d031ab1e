#include <cluster_store/tests/backends/rocksdb/failing_files.hpp>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <rocksdb/file_system.h>

namespace cluster_store::tests {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus ask(const disk_watch& watch, disk_call call) {
  const int number = watch(call);
  if (number == 0)
    return IOStatus::OK();
  return number == ENOSPC ? IOStatus::NoSpace(std::strerror(number))
                          : IOStatus::IOError(std::strerror(number));
}

class failing_log final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  failing_log(std::unique_ptr<rocksdb::FSWritableFile> file, disk_watch watch)
      : FSWritableFileOwnerWrapper{std::move(file)}, watch_{std::move(watch)} {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    auto allowed = ask(watch_, disk_call::append);
    if (allowed.ok())
      return target()->Append(data, options, debug);
    // As on a full disk, a part gets there.
    target()->Append(Slice{data.data(), data.size() / 2}, options, debug).PermitUncheckedError();
    return allowed;
  }

  IOStatus Allocate(std::uint64_t offset, std::uint64_t bytes, const IOOptions& options,
                    IODebugContext* debug) override {
    auto allowed = ask(watch_, disk_call::reserve);
    return allowed.ok() ? target()->Allocate(offset, bytes, options, debug) : allowed;
  }

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    auto allowed = ask(watch_, disk_call::sync);
    return allowed.ok() ? target()->Sync(options, debug) : allowed;
  }

private:
  disk_watch watch_;
};

/// The same log, filled ahead.
class failing_room final : public rocksdb::FSRandomRWFileOwnerWrapper {
public:
  failing_room(std::unique_ptr<rocksdb::FSRandomRWFile> file, disk_watch watch)
      : FSRandomRWFileOwnerWrapper{std::move(file)}, watch_{std::move(watch)} {}

  IOStatus Write(std::uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* debug) override {
    auto allowed = ask(watch_, disk_call::reserve);
    return allowed.ok() ? target()->Write(offset, data, options, debug) : allowed;
  }

private:
  disk_watch watch_;
};

class failing_table final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  failing_table(std::unique_ptr<rocksdb::FSWritableFile> file, disk_watch watch)
      : FSWritableFileOwnerWrapper{std::move(file)}, watch_{std::move(watch)} {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    auto allowed = ask(watch_, disk_call::table);
    return allowed.ok() ? target()->Append(data, options, debug) : allowed;
  }

private:
  disk_watch watch_;
};

class failing_files final : public rocksdb::FileSystemWrapper {
public:
  explicit failing_files(disk_watch watch)
      : FileSystemWrapper{rocksdb::FileSystem::Default()}, watch_{std::move(watch)} {}

  const char* Name() const override { return "cluster_store.failing"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made, IODebugContext* debug) override {
    auto done = target()->NewWritableFile(path, options, made, debug);
    if (done.ok() && path.ends_with(".log"))
      *made = std::make_unique<failing_log>(std::move(*made), watch_);
    else if (done.ok() && path.ends_with(".sst"))
      *made = std::make_unique<failing_table>(std::move(*made), watch_);
    return done;
  }

  IOStatus NewRandomRWFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* made, IODebugContext* debug) override {
    auto done = target()->NewRandomRWFile(path, options, made, debug);
    if (done.ok())
      *made = std::make_unique<failing_room>(std::move(*made), watch_);
    return done;
  }

private:
  disk_watch watch_;
};

} // namespace

std::shared_ptr<rocksdb::FileSystem> make_failing_files(disk_watch watch) {
  return std::make_shared<failing_files>(std::move(watch));
}

} // namespace cluster_store::tests
