#include <cluster_store/actors/store/version_reserve.hpp>

#include <algorithm>
#include <string>

namespace cluster_store::actors {

version_reserve::version_reserve(const backends::traits& engine, std::size_t group_versions_max) noexcept
    : is_needed_(engine.durable && engine.sync != backends::traits::syncing::always),
      group_versions_max_(group_versions_max) {}

result<version_number> version_reserve::begin(const store_rows::contents& known, bool is_copy) {
  const bool reserved_nothing =
      is_needed_ && known.incarnation && !known.reserved_version; // an older program
  const auto left_out = is_copy ? gap_of_copy : reserved_nothing ? block : 0;
  const auto last = std::max(known.last_version, known.reserved_version.value_or(0));
  if (last > start_max - left_out)
    return fail(errc::unsupported, "the store has given out versions up to " + std::to_string(last)
                                       + ", and they end at 2^53: begin a new store");
  return end_ = last + left_out;
}

bool version_reserve::is_short(version_number last) const noexcept {
  return is_needed_ && end_ < last + group_versions_max_;
}

backends::system_row version_reserve::next_row(version_number last) {
  next_end_ = last + std::max(block, 2 * group_versions_max_);
  return store_rows::reserved_version_row(next_end_);
}

} // namespace cluster_store::actors
