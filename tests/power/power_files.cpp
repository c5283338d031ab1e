#include <array>
#include <cstdarg>

#include <cluster_store/tests/power/power_state.hpp>

namespace cluster_store::tests {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus unknown(const std::string& what) {
  return IOStatus::NotSupported("not simulated: " + what);
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

std::shared_ptr<rocksdb::FileSystem> make_power_files(std::shared_ptr<power_state> disk) {
  return std::make_shared<power_file_system>(std::move(disk));
}

} // namespace cluster_store::tests
