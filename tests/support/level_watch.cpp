#include <cluster_store/tests/support/level_watch.hpp>

#include <algorithm>

#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/support/process.hpp>

namespace cluster_store::tests {

namespace {

constexpr std::size_t samples_min = 10;
constexpr std::size_t descriptors_more_max = 8; ///< Connections come and go under faults.

std::size_t median(std::vector<std::size_t> some) {
  std::ranges::sort(some);
  return some[some.size() / 2];
}

/// Median of one fifth of `all`, counted from 0.
std::size_t level_in(const std::vector<std::size_t>& all, std::size_t fifth) {
  const auto from = static_cast<std::ptrdiff_t>(all.size() * fifth / 5);
  const auto to = static_cast<std::ptrdiff_t>(all.size() * (fifth + 1) / 5);
  return median({all.begin() + from, all.begin() + to});
}

} // namespace

void level_watch::look() {
  memory_.push_back(resident_bytes(id_));
  descriptors_.push_back(open_descriptors(id_));
}

std::string level_watch::growth(std::size_t bytes_max) const {
  if (memory_.size() < samples_min)
    return {};
  const auto before = level_in(memory_, 1);
  const auto after = level_in(memory_, 4);
  const auto descriptors_before = level_in(descriptors_, 1);
  const auto descriptors_after = level_in(descriptors_, 4);
  std::string grown;
  if (after > before + before / 10 + bytes_max)
    grown += name_ + " grew from " + std::to_string(before / mebibyte) + " to "
             + std::to_string(after / mebibyte) + " MiB\n";
  if (descriptors_after > descriptors_before + descriptors_more_max)
    grown += name_ + " grew from " + std::to_string(descriptors_before) + " to "
             + std::to_string(descriptors_after) + " descriptors\n";
  return grown;
}

} // namespace cluster_store::tests
