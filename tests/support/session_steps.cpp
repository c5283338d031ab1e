#include <cluster_store/tests/support/session_steps.hpp>

#include <algorithm>
#include <unordered_map>

namespace cluster_store::tests {
namespace {

using kind = session_step::kind;

bool condition_holds(const std::optional<std::uint64_t>& if_version, const session_state& now) {
  if (!if_version)
    return true;
  return *if_version == 0 ? !now.present : now.present && now.version == *if_version;
}

/// What the reads of a history say about one write.
struct observation {
  const call* writer = nullptr;
  const call* reader = nullptr; ///< The reader with the earliest answer.
  std::uint64_t version = 0;
};

using observations = std::unordered_map<std::uint64_t, observation>;

std::string observe(const call& reader, observations& writes) {
  const auto found = writes.find(reader.value);
  if (found == writes.end())
    return "a value was read that nobody wrote: " + to_string(reader);
  auto& write = found->second;
  if (write.writer->how == outcome::unapplied
      || (write.writer->how == outcome::answered && !write.writer->found))
    return "the value of a failed write was read: " + to_string(*write.writer) + "; " + to_string(reader);
  if (write.version == 0)
    write.version = reader.version;
  if (write.version != reader.version)
    return "one write was seen with two versions, so it was applied twice: " + to_string(*write.writer) + "; "
           + to_string(reader);
  if (!write.reader || reader.answered < write.reader->answered)
    write.reader = &reader;
  return {};
}

session_step step_of(const call& what, const observations& writes) {
  session_step step;
  step.invoked = what.invoked;
  step.answered = what.how == outcome::answered ? what.answered : never;
  step.value = what.value;
  step.version = what.version;
  step.if_version = what.if_version;
  if (what.what == action::set && what.how == outcome::unknown) {
    const auto& seen = writes.at(what.value);
    step.what = seen.reader ? kind::write : kind::hidden_write;
    step.version = seen.version;
    if (seen.reader)
      step.answered = seen.reader->answered;
  } else if (what.what == action::set) {
    step.what = what.found ? kind::write : kind::not_version_read;
  } else if (what.how == outcome::unknown) {
    step.what = kind::hidden_remove;
  } else if (!what.found) {
    step.what = kind::absent_read;
  } else if (what.what == action::get) {
    step.what = kind::value_read;
  } else {
    step.what = what.what == action::destroy ? kind::remove : kind::present_read;
  }
  return step;
}

/// Calls that say nothing: those that did not happen, and reads without an answer.
bool says_nothing(const call& what) {
  return what.how == outcome::unapplied
         || (what.how == outcome::unknown && (what.what == action::get || what.what == action::touch));
}

} // namespace

bool is_legal(const session_step& what, const session_state& before) {
  switch (what.what) {
  case kind::value_read:
    return before.present && before.value == what.value && before.version == what.version;
  case kind::present_read:
  case kind::remove:
    return before.present;
  case kind::absent_read:
    return !before.present;
  case kind::not_version_read:
    return !condition_holds(what.if_version, before);
  case kind::write:
    return what.version > before.version_floor && condition_holds(what.if_version, before);
  case kind::hidden_write:
    return condition_holds(what.if_version, before);
  case kind::hidden_remove:
    return before.present;
  }
  return false;
}

session_state after(const session_step& what, const session_state& before) {
  switch (what.what) {
  case kind::write:
    return {true, what.value, what.version, what.version};
  case kind::hidden_write:
    return {true, 0, 0, before.version_floor};
  case kind::remove:
  case kind::hidden_remove:
    return {false, 0, 0, before.version_floor};
  default:
    return before;
  }
}

session_steps steps_of(const history& calls) {
  session_steps steps;
  observations writes;
  for (const auto& each : calls)
    if (each.what == action::set)
      writes[each.value] = {&each, nullptr, each.how == outcome::answered ? each.version : 0};
  for (const auto& each : calls)
    if (each.what == action::get && each.how == outcome::answered && each.found
        && steps.contradiction.empty())
      steps.contradiction = observe(each, writes);
  for (std::size_t index = 0; index < calls.size() && steps.contradiction.empty(); ++index) {
    if (says_nothing(calls[index]))
      continue;
    auto step = step_of(calls[index], writes);
    step.source = index;
    (step.is_hidden() ? steps.hidden : steps.required).push_back(step);
  }
  const auto earlier = [](const session_step& a, const session_step& b) { return a.invoked < b.invoked; };
  std::ranges::stable_sort(steps.required, earlier);
  std::ranges::stable_sort(steps.hidden, earlier);
  return steps;
}

} // namespace cluster_store::tests
