#include <cluster_store/tests/support/version_order.hpp>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace cluster_store::tests {
namespace {

struct write {
  const call* source = nullptr;
  std::uint64_t version = 0;
  moment answered = never;
};

/// The writes whose version is known: from their answer, or from a read that saw them.
std::vector<write> writes_of(const history& all) {
  std::unordered_map<std::uint64_t, std::uint64_t> seen;
  for (const auto& each : all)
    if (each.what == action::get && each.how == outcome::answered && each.found)
      seen.emplace(each.value, each.version);
  std::vector<write> writes;
  for (const auto& each : all) {
    if (each.what != action::set)
      continue;
    if (each.how == outcome::answered && each.found)
      writes.push_back({&each, each.version, each.answered});
    else if (const auto found = seen.find(each.value); each.how == outcome::unknown && found != seen.end())
      writes.push_back({&each, found->second, never});
  }
  return writes;
}

std::string contradiction(const char* what, const write& first, const write& second) {
  const auto describe = [](const write& one) {
    return "\n  " + one.source->id + " version " + std::to_string(one.version) + ": "
           + to_string(*one.source);
  };
  return what + describe(first) + describe(second);
}

std::string check_unique(std::vector<write> writes) {
  std::ranges::sort(writes, {}, &write::version);
  const auto twice = std::ranges::adjacent_find(writes, {}, &write::version);
  return twice == writes.end()
             ? std::string{}
             : contradiction("two writes have the same version:", *twice, *std::next(twice));
}

std::string check_real_time(const std::vector<write>& writes) {
  auto by_answer = writes;
  std::ranges::sort(by_answer, {}, &write::answered);
  auto by_start = writes;
  std::ranges::sort(by_start, {}, [](const write& one) { return one.source->invoked; });
  auto finished = by_answer.begin();
  const write* highest = nullptr;
  for (const auto& each : by_start) {
    for (; finished != by_answer.end() && finished->answered < each.source->invoked; ++finished)
      if (!highest || finished->version > highest->version)
        highest = &*finished;
    if (highest && highest->version > each.version)
      return contradiction(
          "a write has a lower version than one that was answered before it started:", *highest, each);
  }
  return {};
}

std::string check_issue_order(std::vector<write> writes) {
  std::ranges::sort(writes, {}, [](const write& one) {
    return std::tuple{one.source->worker, one.source->seq};
  });
  const auto wrong = std::ranges::adjacent_find(writes, [](const write& a, const write& b) {
    return a.source->worker == b.source->worker && a.version > b.version;
  });
  return wrong == writes.end()
             ? std::string{}
             : contradiction("writes of one worker were applied out of order:", *wrong, *std::next(wrong));
}

} // namespace

std::string check_version_order(const history& all) {
  const auto writes = writes_of(all);
  if (auto text = check_unique(writes); !text.empty())
    return text;
  if (auto text = check_real_time(writes); !text.empty())
    return text;
  return check_issue_order(writes);
}

} // namespace cluster_store::tests
