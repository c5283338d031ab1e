#include <cluster_store/backends/rocksdb/directory/inventory.hpp>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <sstream>
#include <utility>

#include <rocksdb/file_system.h>
#include <xxhash.h>

#include <cluster_store/backends/rocksdb/directory/content.hpp>
#include <cluster_store/backends/system/store_directory.hpp>

namespace cluster_store::backends {
namespace {

using rocksdb::IOStatus;

constexpr std::string_view program = "cluster-store ";
constexpr std::string_view header =
    "cluster-store 1: the files of this store, for the program alone (docs/storage.md)\n";

constexpr std::size_t lines_max = 100; // then it is written anew, as short as it can be

constexpr std::string_view possible_word = "may";
constexpr std::string_view required_word = "must";

std::string checksum_of(std::string_view text) {
  constexpr std::size_t digits = 16;
  std::array<char, digits + 1> made{};
  std::snprintf(made.data(), made.size(), "%016" PRIx64,
                std::uint64_t{XXH3_64bits(text.data(), text.size())});
  return made.data();
}

std::string line_of(const std::string& file, const rocksdb_inventory::entry& what) {
  auto made = std::string{what.required ? required_word : possible_word} + " " + file;
  if (what.bytes_min > 0)
    made += " " + std::to_string(what.bytes_min);
  return made + " " + checksum_of(made) + "\n";
}

/// word, name, length if it is known, checksum
void read_line(std::string_view line, rocksdb_inventory::list& into) {
  const auto last = line.rfind(' ');
  if (last == std::string_view::npos || checksum_of(line.substr(0, last)) != line.substr(last + 1))
    return;
  std::istringstream words{std::string{line.substr(0, last)}};
  std::string state;
  std::string name;
  rocksdb_inventory::entry what;
  words >> state >> name >> what.bytes_min; // which stays 0 where none is written
  what.required = state == required_word;
  into[name] = what;
}

/// RocksDB's other files are known by their content, and not by whether they are there.
bool is_written_down(std::string_view file) {
  const auto kind = rocksdb_file_named(file);
  return kind == rocksdb_file::log || kind == rocksdb_file::table || kind == rocksdb_file::manifest;
}

} // namespace

rocksdb_inventory::rocksdb_inventory(std::shared_ptr<rocksdb::FileSystem> files) : files_{std::move(files)} {}

rocksdb_inventory::~rocksdb_inventory() = default;

std::optional<rocksdb_inventory::list> rocksdb_inventory::parse(std::string_view text) {
  if (!text.starts_with(header))
    return std::nullopt;
  text.remove_prefix(header.size());
  list made;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    read_line(text.substr(0, end), made);
    text.remove_prefix(end + 1);
  }
  return made;
}

bool rocksdb_inventory::is_newer(std::string_view text) noexcept {
  return text.starts_with(program) && !text.starts_with(header);
}

bool rocksdb_inventory::can_be_begun(std::string_view text) noexcept {
  return header.starts_with(text) || text.starts_with(header);
}

void rocksdb_inventory::show(const std::vector<std::string>& files) {
  const std::lock_guard guard{mutex_};
  known_.clear();
  for (const auto& each : files)
    if (rocksdb_file_named(each) != rocksdb_file::none)
      known_.emplace(each, false);
}

IOStatus rocksdb_inventory::begin(const std::string& directory) {
  const std::lock_guard guard{mutex_};
  directory_ = directory;
  for (auto& [file, required] : known_)
    required = rocksdb_file_named(file) == rocksdb_file::log;
  return rewrite(false);
}

IOStatus rocksdb_inventory::sync_names() const {
  std::unique_ptr<rocksdb::FSDirectory> opened;
  auto done = files_->NewDirectory(directory_, {}, &opened, nullptr);
  return done.ok() ? opened->Fsync({}, nullptr) : done;
}

void rocksdb_inventory::end(bool lengths_are_certain) {
  const std::lock_guard guard{mutex_};
  if (file_ != nullptr)
    rewrite(lengths_are_certain).PermitUncheckedError(); // it says nothing wrong, but more or less
}

/// After a power cut a log that is required has to be there, and what is left out must not be: so the names
/// in the directory are synced first.
IOStatus rocksdb_inventory::rewrite(bool with_lengths) {
  std::string text{header};
  for (const auto& [file, required] : known_) {
    if (!is_written_down(file))
      continue;
    entry what{.required = required};
    if (with_lengths)
      files_->GetFileSize(directory_ + "/" + file, {}, &what.bytes_min, nullptr).PermitUncheckedError();
    text += line_of(file, what);
  }
  const auto path = directory_ + "/" + std::string{new_name};
  std::unique_ptr<rocksdb::FSWritableFile> file;
  auto done = sync_names();
  if (done.ok())
    done = files_->NewWritableFile(path, {}, &file, nullptr);
  if (done.ok() && close_to_others(path) != 0)
    done = IOStatus::IOError("its mode cannot be changed", path);
  if (done.ok())
    done = file->Append(text, {}, nullptr);
  if (done.ok())
    done = file->Sync({}, nullptr);
  if (done.ok())
    done = files_->RenameFile(path, directory_ + "/" + std::string{name}, {}, nullptr);
  if (!done.ok())
    return done;
  file_ = std::move(file);
  lines_ = 0;
  torn_ = false;
  return sync_names();
}

bool rocksdb_inventory::has_begun() const {
  const std::lock_guard guard{mutex_};
  return file_ != nullptr;
}

bool rocksdb_inventory::has(std::string_view file) const {
  const std::lock_guard guard{mutex_};
  return known_.contains(file);
}

IOStatus rocksdb_inventory::add(const std::string& file) {
  const std::lock_guard guard{mutex_};
  if (known_.contains(file))
    return IOStatus::OK();
  auto done = is_written_down(file) ? write(file, {}) : IOStatus::OK();
  if (done.ok())
    known_.emplace(file, false);
  return done;
}

IOStatus rocksdb_inventory::require(const std::string& file) {
  const std::lock_guard guard{mutex_};
  auto done = write(file, {.required = true});
  if (done.ok())
    known_[file] = true;
  return done;
}

IOStatus rocksdb_inventory::give_up(const std::string& file) {
  const std::lock_guard guard{mutex_};
  const auto found = known_.find(file);
  if (found == known_.end() || !found->second)
    return IOStatus::OK();
  auto done = write(file, {});
  found->second = !done.ok();
  return done;
}

void rocksdb_inventory::forget(const std::string& file) {
  const std::lock_guard guard{mutex_};
  known_.erase(file);
}

IOStatus rocksdb_inventory::write(const std::string& file, const entry& what) {
  auto done = lines_ < lines_max ? IOStatus::OK() : rewrite(false);
  if (!done.ok())
    return done;
  ++lines_;
  done = file_->Append((torn_ ? "\n" : "") + line_of(file, what), {}, nullptr);
  torn_ = !done.ok();
  return done.ok() ? file_->Sync({}, nullptr) : done;
}

} // namespace cluster_store::backends
