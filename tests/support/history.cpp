#include <cluster_store/tests/support/history.hpp>

#include <utility>

namespace cluster_store::tests {
namespace {

std::string arguments_of(const call& what) {
  if (what.what != action::set)
    return {};
  auto text = " value " + std::to_string(what.value);
  if (what.if_version)
    text += " if version " + std::to_string(*what.if_version);
  return text;
}

std::string result_of(const call& what) {
  if (what.how == outcome::unapplied)
    return "failed, not applied";
  if (what.how == outcome::unknown)
    return "outcome unknown";
  if (!what.found)
    return what.what == action::set ? "conflict" : "nothing there";
  if (what.what == action::set)
    return "version " + std::to_string(what.version);
  if (what.what == action::get)
    return "value " + std::to_string(what.value) + " version " + std::to_string(what.version);
  return "there was one";
}

} // namespace

std::map<std::string, history> by_session(history all) {
  std::map<std::string, history> sessions;
  for (auto& each : all) {
    auto& calls = sessions[each.id];
    calls.push_back(std::move(each));
    calls.back().id.clear(); // the key has it
  }
  return sessions;
}

std::string to_string(const call& what) {
  constexpr const char* names[] = {"get", "set", "touch", "destroy"};
  auto text = "worker " + std::to_string(what.worker) + " seq " + std::to_string(what.seq) + ": "
              + names[static_cast<int>(what.what)] + arguments_of(what) + " -> " + result_of(what) + " ["
              + std::to_string(what.invoked) + ", ";
  return text + (what.how == outcome::answered ? std::to_string(what.answered) : "?") + "]";
}

} // namespace cluster_store::tests
