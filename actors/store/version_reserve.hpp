#pragma once

#include <cstddef>

#include <cluster_store/actors/store/rows.hpp>
#include <cluster_store/backends/backend.hpp>

namespace cluster_store::actors {

/// Which versions a store may give out, so that it gives none twice.
///
/// Where a power cut takes commits that were answered (`sync=interval`, `never`), the counter goes back with
/// them. So a row says which versions may have been given out at most; it is synced before the first of them
/// is, and a start begins behind them. Other engines keep their counter, and pay nothing.
///
/// Pure; one thread.
class version_reserve {
public:
  /// Versions that are reserved at once: at a million a second a synced commit a second, and enough for
  /// 2³² starts.
  static constexpr version_number block = version_number{1} << 20;

  /// What a store whose directory is a copy leaves out, for all that was given out since the copy was made: a
  /// year at 30 000 a second.
  static constexpr version_number gap_of_copy = version_number{1} << 40;

  /// Starts beyond this are refused: versions stay below 2⁵³, so that any JSON reader can tell them apart,
  /// and what is left between is a hundred years at 300 000 a second.
  static constexpr version_number start_max = (version_number{1} << 53) - (version_number{1} << 50);

  /// @param group_versions_max versions that one group takes at most.
  version_reserve(const backends::traits& engine, std::size_t group_versions_max) noexcept;

  /// @returns whether a power cut can take commits that were answered.
  bool is_needed() const noexcept { return is_needed_; }

  /// @param is_copy whether what `known` was read from is an older state of the store.
  /// @returns the version behind which this start begins. @errors `unsupported` beyond `start_max`.
  result<version_number> begin(const store_rows::contents& known, bool is_copy);

  /// @returns whether the next group could take more than is reserved. @param last the last version given
  /// out.
  bool is_short(version_number last) const noexcept;

  /// @returns the row that reserves more. @post When it is synced, `reserved` is called.
  backends::system_row next_row(version_number last);

  /// What `next_row` said is on the disk.
  void reserved() noexcept { end_ = next_end_; }

private:
  bool is_needed_;
  version_number group_versions_max_;
  version_number end_ = 0; ///< The last one that may be given out.
  version_number next_end_ = 0;
};

} // namespace cluster_store::actors
