#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/backends/backend.hpp>

namespace cluster_store::tests {

/// @returns all that an engine holds, as one text: two engines hold the same if theirs are equal. The test
/// fails if the engine contradicts itself (a number of sessions that is not theirs, an expiry that is not in
/// the index).
std::string picture_of(backends::backend& engine);

/// Keeps which states a store went through, one a commit, and which of them somebody was promised.
class commit_diary {
public:
  /// Begins anew with what `engine` holds.
  void begin(backends::backend& engine);

  /// The next commit, about to be applied.
  void add(const backends::commit& changes);

  /// The last commit was acknowledged; that all are on the disk was.
  void acknowledge() { acknowledged_ = states_.size() - 1; }
  void sync() { synced_ = states_.size() - 1; }

  /// Numbers of states: of the last one, the last one acknowledged, the last one synced; 0 = as it began.
  std::size_t last() const noexcept { return states_.size() - 1; }
  std::size_t acknowledged() const noexcept { return acknowledged_; }
  std::size_t synced() const noexcept { return synced_; }

  /// @returns the number of the latest state with this picture.
  std::optional<std::size_t> find(const std::string& picture) const;

private:
  std::unique_ptr<backends::backend> mirror_; ///< In memory.
  std::vector<std::size_t> states_;           ///< Hashes of pictures.
  std::size_t acknowledged_ = 0;
  std::size_t synced_ = 0;
};

} // namespace cluster_store::tests
