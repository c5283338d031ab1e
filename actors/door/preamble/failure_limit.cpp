#include <cluster_store/actors/door/preamble/failure_limit.hpp>

#include <algorithm>
#include <cassert>

namespace cluster_store::door {

failure_limit::failure_limit(const limits& how) : limits_(how) {
  assert(limits_.failures_max >= 1 && limits_.networks_max >= 1);
}

bool failure_limit::admits(const std::string& network, steady_time now) const {
  const auto found = whole_again_.find(network);
  return found == whole_again_.end() || found->second - now <= (limits_.failures_max - 1) * limits_.one_back;
}

void failure_limit::failed(const std::string& network, steady_time now) {
  const backends::invariants::at_end checked{*this};
  auto found = whole_again_.find(network);
  if (found == whole_again_.end()) {
    make_room(now);
    found = whole_again_.emplace(network, now).first;
  }
  const auto latest = now + limits_.failures_max * limits_.one_back;
  found->second = std::min(std::max(found->second, now) + limits_.one_back, latest);
  assert(now < found->second && found->second <= latest); // it lacks a token, and has lost no more than all
}

void failure_limit::make_room(steady_time now) {
  if (whole_again_.size() < limits_.networks_max)
    return;
  std::erase_if(whole_again_, [now](const auto& each) { return each.second <= now; });
  if (whole_again_.size() < limits_.networks_max)
    return;
  whole_again_.erase(std::min_element(whole_again_.begin(), whole_again_.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; }));
}

void failure_limit::check_invariants() const {
  // However many come, what they cost in memory is bounded.
  assert(whole_again_.size() <= limits_.networks_max);
}

} // namespace cluster_store::door
