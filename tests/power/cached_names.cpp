#include <cluster_store/tests/power/cached_names.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

namespace cluster_store::tests {
namespace {

constexpr std::uint64_t sector_bytes = 512; // disks write them as a whole
constexpr std::uint64_t reserved_bytes_max = 8'192;

/// @returns the beginning of a page that is not all on the disk.
std::uint64_t any_page(const cached_file& file, std::mt19937_64& random) {
  const auto first = file.bytes_synced / page_bytes;
  return (first + random() % (file.bytes / page_bytes - first + 1)) * page_bytes;
}

void put_zeros(const cached_file& file, std::uint64_t from, std::uint64_t bytes) {
  std::fstream content{file.attic_path, std::ios::binary | std::ios::in | std::ios::out};
  const auto end = std::min(file.bytes, from + bytes);
  content.seekp(static_cast<std::streamoff>(std::max(from, file.bytes_synced)));
  for (auto at = std::max(from, file.bytes_synced); at < end; ++at)
    content.put('\0');
}

void damage_tail(const cached_file& file, bool is_log, std::mt19937_64& random) {
  const auto tail = file.bytes - file.bytes_synced;
  if (tail == 0 && !is_log)
    return; // room is reserved in the log before it is needed
  const auto torn_at = file.bytes_synced + (tail == 0 ? 0 : random() % tail);
  switch (random() % (is_log ? 6 : 3)) {
  case 0: // all of it is there
    return;
  case 1:
    std::filesystem::resize_file(file.attic_path, file.bytes_synced);
    return;
  case 2:
    std::filesystem::resize_file(file.attic_path, torn_at);
    return;
  case 3: // torn, and what was reserved behind it became part of the file
    std::filesystem::resize_file(file.attic_path, torn_at);
    std::filesystem::resize_file(file.attic_path, torn_at + random() % reserved_bytes_max);
    return;
  case 4: // all of it is there, but for a page
    put_zeros(file, any_page(file, random), page_bytes);
    return;
  default:
    break;
  }
  // Its length is there, but not all of its sectors are.
  std::fstream content{file.attic_path, std::ios::binary | std::ios::in | std::ios::out};
  for (auto at = file.bytes_synced; at < file.bytes;) {
    const auto next = std::min(file.bytes, (at / sector_bytes + 1) * sector_bytes);
    if (const auto dice = random() % 4; dice < 2) {
      content.seekp(static_cast<std::streamoff>(at));
      for (; at < next; ++at)
        content.put(dice == 0 ? '\0' : static_cast<char>(random()));
    }
    at = next;
  }
}

} // namespace

void lose_tail(cached_file& file, bool is_log, std::mt19937_64& random) {
  damage_tail(file, is_log, random);
  file.bytes = file.bytes_synced = std::filesystem::file_size(file.attic_path);
}

void lose_part(cached_file& file, std::uint64_t from, std::uint64_t bytes) {
  put_zeros(file, from, bytes);
  file.bytes_synced = file.bytes;
}

std::shared_ptr<cached_file> cached_names::find(std::string_view name) const {
  const auto at = now_.find(name);
  return at == now_.end() ? nullptr : at->second;
}

void cached_names::apply(const change& what, file_names& to) {
  const auto at = to.find(what.name);
  switch (what.what) {
  case kind::create:
    to[what.name] = what.file;
    return;
  case kind::rename:
    if (at != to.end() && at->second == what.file)
      to.erase(at);
    to[what.target] = what.file;
    return;
  case kind::remove:
    if (at != to.end() && at->second == what.file)
      to.erase(at);
    return;
  }
}

void cached_names::note(change what) {
  apply(what, now_);
  unsynced_.push_back(std::move(what));
}

void cached_names::create(const std::string& name, std::shared_ptr<cached_file> what) {
  note({kind::create, name, {}, std::move(what)});
}

void cached_names::rename(const std::string& from, const std::string& to) {
  note({kind::rename, from, to, find(from)});
}

void cached_names::remove(const std::string& name) {
  note({kind::remove, name, {}, find(name)});
}

void cached_names::sync() {
  synced_ = now_;
  unsynced_.clear();
}

file_names cached_names::after_power_cut(std::mt19937_64& random) const {
  auto left = synced_;
  const bool in_order = random() % 2 == 0;
  const auto kept = random() % (unsynced_.size() + 1);
  for (std::size_t i = 0; i < unsynced_.size(); ++i)
    if (in_order ? i < kept : random() % 2 == 0)
      apply(unsynced_[i], left);
  return left;
}

} // namespace cluster_store::tests
