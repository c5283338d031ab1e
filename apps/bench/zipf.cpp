#include <cluster_store/apps/bench/zipf.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace cluster_store::apps {

namespace {

double sum_of_ranks(std::uint32_t count, double exponent) {
  double sum = 0;
  for (std::uint32_t rank = 1; rank <= count; ++rank)
    sum += std::pow(rank, -exponent);
  return sum;
}

/// Near the golden section of all keys, neighbouring ranks are far apart.
std::uint32_t step_for(std::uint32_t keys) {
  auto step = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(keys * 0.618'033'988'75));
  while (std::gcd(step, keys) != 1)
    ++step;
  return step;
}

} // namespace

zipf_picker::zipf_picker(std::uint32_t keys, double exponent)
    : keys_(keys),
      exponent_(exponent),
      sum_(sum_of_ranks(keys, exponent)),
      alpha_(1 / (1 - exponent)),
      eta_((1 - std::pow(2.0 / keys, 1 - exponent)) / (1 - (1 + std::pow(2, -exponent)) / sum_)),
      step_(step_for(keys)) {
  assert(keys >= 1 && exponent > 0 && exponent < 1);
}

std::uint32_t zipf_picker::rank(quick_random& random) const {
  const auto unit = random.unit();
  const auto weighed = unit * sum_;
  if (weighed < 1)
    return 0;
  if (weighed < 1 + std::pow(0.5, exponent_))
    return std::min<std::uint32_t>(1, keys_ - 1);
  const auto rank = keys_ * std::pow(eta_ * unit - eta_ + 1, alpha_);
  return std::min(static_cast<std::uint32_t>(rank), keys_ - 1);
}

double zipf_picker::probability(std::uint32_t rank) const {
  return std::pow(rank + 1.0, -exponent_) / sum_;
}

} // namespace cluster_store::apps
