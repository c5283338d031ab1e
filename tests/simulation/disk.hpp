#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <cluster_store/backends/backend.hpp>

namespace cluster_store::simulation {

/// The data of one store, as they lie on a disk, with a memory of what was not synced: losing the power takes
/// the end of that away, commit by commit.
///
/// Knows nothing of processes: whoever has the data open is somebody else's concern. One thread.
class disk {
public:
  /// A record that owns its data.
  struct row {
    backends::record fields; ///< Its views are empty.
    std::string data;
  };

  /// Applies a commit, which is not synced. @returns its number.
  std::uint64_t apply(const backends::commit& changes);

  /// What was applied up to the commit `number` survives a power cut.
  void sync(std::uint64_t number);

  /// The power is cut: what was applied after the commit `last` is gone. @pre `last >= synced()`.
  void lose_after(std::uint64_t last);

  /// Somebody removes the data, but for rows of the system that `keep` says.
  void remove(const std::function<bool(const std::string& key)>& keep);

  std::uint64_t applied() const noexcept { return applied_; }
  std::uint64_t synced() const noexcept { return synced_; }

  const row* find(std::string_view id) const;
  std::vector<backends::expiry_row> due(wall_time now, std::size_t rows_max) const;
  std::vector<backends::client_row> client_rows() const;
  std::vector<backends::system_row> system_rows(std::string_view first, std::string_view last,
                                                std::size_t rows_max) const;
  std::size_t length() const noexcept { return sessions_.size(); }

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  /// What a change replaced. The first that is set says what it was.
  struct former {
    std::uint64_t commit = 0;
    std::optional<std::string> session;
    std::optional<row> content;
    std::optional<backends::client_row> client;
    bool client_was = false;
    std::optional<backends::system_row> system;
  };

  void put(std::string id, std::optional<row> content);
  void put_client(backends::client_row what, bool present);
  void put_system(backends::system_row what);
  void apply(const backends::write& change);
  void erase_client(const backends::client_erase& what);

  std::unordered_map<std::string, row, text_hash, std::equal_to<>> sessions_;
  std::set<std::pair<wall_time, std::string>> expiries_;
  std::map<backends::client_id, std::map<std::uint64_t, std::string>> clients_;
  std::map<std::string, std::string, std::less<>> system_;
  std::vector<former> undo_; ///< Of what was not synced, in order.
  std::uint64_t applied_ = 0;
  std::uint64_t synced_ = 0;
  bool undoing_ = false;
};

} // namespace cluster_store::simulation
