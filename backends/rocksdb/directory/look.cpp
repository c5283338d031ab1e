#include <cluster_store/backends/rocksdb/directory/look.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include <cluster_store/backends/rocksdb/directory/content.hpp>
#include <cluster_store/backends/rocksdb/directory/inventory.hpp>

namespace cluster_store::backends {
namespace {

using std::filesystem::file_type;

constexpr std::size_t inventory_bytes_max = 16u << 20; // a hundred thousand files
constexpr std::size_t current_bytes_max = 64;
constexpr std::string_view first_manifest = "MANIFEST-000001";

/// A name for a message: it may have any byte.
std::string shown(std::string_view name) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string made;
  for (const char each : name)
    if (const auto byte = static_cast<unsigned char>(each); byte >= ' ' && byte < 0x7F)
      made += each;
    else
      made.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  return made;
}

/// @returns `text` up to the zeros that a power cut may leave of what was not synced.
std::string_view without_zeros(std::string_view text) noexcept {
  return text.substr(0, text.find_last_not_of('\0') + 1);
}

/// One look at one directory.
class look {
public:
  explicit look(const store_directory& where) : where_{where} {}

  result<found_files> at_everything() {
    return where_.entries()
        .map([this](std::vector<directory_entry> entries) { entries_ = std::move(entries); })
        .and_then([this] { return read_current(); })
        .and_then([this] { return at_own_files(); })
        .and_then([this] { return at_lock(); })
        .and_then([this] { return at_current(); })
        .and_then([this] { return at_each(); })
        .and_then([this] { return for_what_is_missing(); })
        .map([this] { return std::move(found_); });
  }

private:
  const directory_entry* find(std::string_view name) const {
    const auto at = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const directory_entry& each) { return each.name == name; });
    return at == entries_.end() ? nullptr : &*at;
  }

  tl::unexpected<error> refuse(const directory_entry& stranger) const {
    const auto what =
        "'" + shown(stranger.name) + "'"
        + (stranger.what == file_type::regular ? "" : ", " + std::string{to_string(stranger.what)});
    const auto path = "rocksdb:" + where_.path();
    if (manifest_.empty() && !inventory_)
      return fail(errc::invalid_argument, path + " is no store but a directory with other things in it ("
                                              + what + "): use an empty or a new directory");
    return fail(errc::invalid_argument,
                path + " has something in it that has a name of the store's files and is none of them ("
                    + what + "): move it elsewhere, nothing was changed");
  }

  /// @param looks_right whether a content is one of ours.
  template <class LooksRight>
  result<void> at_own_file(std::string_view name, LooksRight looks_right) {
    const auto* const entry = find(name);
    if (entry == nullptr)
      return {};
    if (entry->what != file_type::regular)
      return refuse(*entry);
    return where_.beginning_of(entry->name, inventory_bytes_max).and_then([&](const std::string& text) {
      return take(*entry, looks_right(text));
    });
  }

  result<void> take(const directory_entry& entry, bool is_ours) {
    if (!is_ours)
      return refuse(entry);
    found_.files.push_back(entry.name);
    return {};
  }

  result<void> at_own_files() {
    bool is_newer = false;
    auto good = at_own_file(rocksdb_inventory::name, [&](std::string_view text) {
      inventory_ = rocksdb_inventory::parse(text);
      is_newer = rocksdb_inventory::is_newer(text);
      return inventory_ || is_newer;
    });
    if (is_newer)
      return fail(errc::unsupported,
                  "rocksdb:" + where_.path()
                      + " was written by a newer program (its inventory says so): use that "
                        "program");
    if (good)
      good = at_own_file(rocksdb_inventory::new_name, [](std::string_view text) {
        return rocksdb_inventory::can_be_begun(without_zeros(text));
      });
    if (good)
      good = at_own_file(store_directory::holder_name, [](std::string_view text) {
        return without_zeros(text).find_first_not_of("0123456789\n") == std::string_view::npos;
      });
    found_.has_inventory = inventory_.has_value();
    return good;
  }

  /// Whether RocksDB will be able to lock its file, and no older master or other program has it.
  result<void> at_lock() const {
    const std::string name{lock_name};
    const auto* const lock = find(name);
    if (lock != nullptr && lock->what != file_type::regular)
      return fail(errc::io_error,
                  "the file " + where_.path() + "/" + name + " cannot be locked, because it is "
                      + std::string{to_string(lock->what)} + ": remove it or use another directory");
    return where_.writable(name)
        .and_then([&] { return where_.record_lock_holder(name); })
        .and_then([this](long holder) {
          return holder == 0 ? result<void>{} : directory_in_use(where_.path(), holder);
        });
  }

  result<void> read_current() {
    const auto* const current = find("CURRENT");
    if (current == nullptr || current->what != file_type::regular)
      return {};
    return where_.beginning_of(current->name, current_bytes_max).map([this](const std::string& text) {
      manifest_ = manifest_named_by(text).value_or("");
    });
  }

  result<void> at_current() {
    const auto* const current = find("CURRENT");
    if (current == nullptr)
      return {};
    const bool has_others = inventory_ || std::any_of(entries_.begin(), entries_.end(), [](const auto& each) {
                              return rocksdb_file_named(each.name) == rocksdb_file::manifest;
                            });
    if (current->what != file_type::regular || (manifest_.empty() && !has_others))
      return refuse(*current);
    if (manifest_.empty())
      return damaged(where_.path(), "its file CURRENT names no manifest");
    if (find(manifest_) == nullptr)
      return damaged(where_.path(), "its file " + manifest_ + ", which CURRENT names, is missing");
    found_.has_database = true;
    // An older program that had it since did not keep the inventory, and begun another manifest.
    if (inventory_ && !inventory_->contains(manifest_))
      inventory_.reset();
    return {};
  }

  result<void> at_each() {
    for (const auto& each : entries_)
      if (auto good = at(each); !good)
        return good;
    return {};
  }

  result<void> at(const directory_entry& entry) {
    const auto what = rocksdb_file_named(entry.name);
    if (what == rocksdb_file::none) {
      const bool own = std::ranges::count(found_.files, entry.name) != 0;
      return own || found_.has_database || found_.has_inventory ? result<void>{} : refuse(entry);
    }
    if (entry.what != file_type::regular)
      return refuse(entry);
    return can_be_ours(entry, what).and_then([&](bool is_ours) { return take(entry, is_ours); });
  }

  result<bool> can_be_ours(const directory_entry& entry, rocksdb_file what) const {
    // What is in the inventory before it is made.
    const bool is_data =
        what == rocksdb_file::log || what == rocksdb_file::table || what == rocksdb_file::manifest;
    if (entry.name == manifest_ || (inventory_ && inventory_->contains(entry.name))
        || (what == rocksdb_file::lock && found_.has_database))
      return true;
    if (inventory_ && is_data)
      return false;
    const auto beginning = where_.beginning_of(entry.name, content_bytes_max);
    if (!beginning)
      return tl::unexpected{beginning.error()};
    // The first manifest of an older program that died in the middle of its first record: beside the
    // identity, which is looked at as well, there is no more to know it by.
    constexpr std::uint64_t record_head_bytes = 7;
    if (entry.name == first_manifest && entry.bytes < record_head_bytes && find("IDENTITY") != nullptr)
      return true;
    const auto end = where_.end_of(entry.name, content_bytes_max);
    if (!end)
      return tl::unexpected{end.error()};
    return can_be_of_rocksdb(what, {entry.bytes, *beginning, *end});
  }

  result<void> at_inventory(const std::string& name, const rocksdb_inventory::entry& what) const {
    const auto* const there = find(name);
    if (there == nullptr && what.required)
      return damaged(where_.path(), "its file " + name + ", with the newest commits, is missing");
    if (there != nullptr && there->bytes < what.bytes_min)
      return damaged(where_.path(), "its file " + name + " has only " + std::to_string(there->bytes) + " of "
                                        + std::to_string(what.bytes_min) + " bytes");
    return {};
  }

  result<void> for_what_is_missing() const {
    if (inventory_)
      for (const auto& [name, what] : *inventory_)
        if (auto good = at_inventory(name, what); !good)
          return good;
    if (found_.has_database)
      return {};
    // What a process has made of a database before there is a CURRENT is of no use to anybody.
    for (const auto& each : found_.files) {
      const auto what = rocksdb_file_named(each);
      if (what == rocksdb_file::log || what == rocksdb_file::table || what == rocksdb_file::options
          || (what == rocksdb_file::manifest && each != first_manifest))
        return damaged(where_.path(), "its file CURRENT is missing, while " + each + " is there");
    }
    return {};
  }

  const store_directory& where_;
  std::vector<directory_entry> entries_;
  std::optional<rocksdb_inventory::list> inventory_; // if it is one of the store as it is
  std::string manifest_;                             // that CURRENT names
  found_files found_;
};

} // namespace

result<found_files> look_into(const store_directory& where) {
  return look{where}.at_everything();
}

tl::unexpected<error> damaged(const std::string& path, std::string_view how) {
  return fail(errc::corrupt, "rocksdb:" + path + " is damaged; " + std::string{how}
                                 + ": restore the directory from a backup, nothing was changed");
}

} // namespace cluster_store::backends
