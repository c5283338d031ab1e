#include <cluster_store/tests/support/linearizability.hpp>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <cluster_store/tests/support/session_steps.hpp>
#include <cluster_store/tests/support/version_order.hpp>

namespace cluster_store::tests {
namespace {

/// Which steps are in the order so far, and the state they lead to, as one key.
struct configuration {
  std::vector<std::uint64_t> done;
  std::uint64_t value = 0;
  bool present = false;

  friend bool operator==(const configuration&, const configuration&) = default;
};

struct configuration_hash {
  std::size_t operator()(const configuration& what) const noexcept {
    std::uint64_t hash = what.value * 2 + (what.present ? 1 : 0);
    for (const auto word : what.done) {
      hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
      hash ^= hash >> 29;
    }
    return hash;
  }
};

/// Searches an order of the steps of one session.
class search {
public:
  search(const session_steps& steps, const history& calls, const search_limits& limits)
      : required_(steps.required),
        hidden_(steps.hidden),
        calls_(calls),
        limits_(limits),
        done_((required_.size() + hidden_.size() + 63) / 64) {
    for (const auto& step : required_) {
      if (step.what == session_step::kind::write)
        versions_.push_back(step.version);
      else if (step.what == session_step::kind::value_read)
        ++unread_[step.value];
    }
    std::ranges::sort(versions_);
  }

  verdict run() {
    const bool found = explore(0, {});
    verdict result{found, {}, visited_.size()};
    if (!found)
      result.why = exhausted_ ? "not checked: the search was given up after "
                                    + std::to_string(limits_.configurations_max) + " configurations"
                              : explain();
    return result;
  }

private:
  /// Steps that may come next: those that no step outside the order precedes in real time.
  struct frontier {
    std::vector<std::size_t> next;
    moment horizon = never; ///< Nothing that was started later may come next.
  };

  bool is_done(std::size_t index) const { return (done_[index / 64] >> (index % 64) & 1u) != 0; }

  void set_done(std::size_t index, bool done) {
    done_[index / 64] ^= std::uint64_t{1} << (index % 64);
    done_count_ += done ? 1 : std::size_t(-1);
    if (index < required_.size() && required_[index].what == session_step::kind::value_read)
      unread_[required_[index].value] += done ? std::size_t(-1) : 1;
  }

  frontier frontier_from(std::size_t first) const {
    frontier result;
    for (auto index = first; index < required_.size() && required_[index].invoked <= result.horizon;
         ++index) {
      if (is_done(index))
        continue;
      result.next.push_back(index);
      result.horizon = std::min(result.horizon, required_[index].answered);
    }
    return result;
  }

  /// Takes every read that is true now: that only removes obstacles. @returns what was taken.
  std::vector<std::size_t> take_reads(std::size_t& first, const session_state& now) {
    std::vector<std::size_t> taken;
    for (bool progress = true; progress;) {
      progress = false;
      for (const auto index : frontier_from(first).next) {
        if (!required_[index].is_read() || !is_legal(required_[index], now))
          continue;
        set_done(index, true);
        taken.push_back(index);
        progress = true;
      }
      while (first < required_.size() && is_done(first))
        ++first;
    }
    return taken;
  }

  bool explore(std::size_t first, const session_state& now) {
    const auto taken = take_reads(first, now);
    const bool found = first == required_.size() || branch(first, now);
    if (!found)
      for (const auto index : taken)
        set_done(index, false);
    return found;
  }

  bool branch(std::size_t first, const session_state& now) {
    if (visited_.size() >= limits_.configurations_max) {
      exhausted_ = true;
      return false;
    }
    if (!visited_.insert({done_, now.value, now.present}).second)
      return false;
    const auto reachable = frontier_from(first);
    if (done_count_ >= deepest_count_) {
      deepest_count_ = done_count_;
      deepest_ = reachable.next;
      deepest_state_ = now;
    }
    if (now.present && is_awaited(now.value))
      return false; // whoever is to read this value starts later, and the value does not come back
    return branch_write(reachable, first, now) || branch_remove(reachable, first, now)
           || branch_hidden(reachable, first, now);
  }

  bool is_awaited(std::uint64_t value) const {
    const auto readers = unread_.find(value);
    return readers != unread_.end() && readers->second != 0;
  }

  /// Versions rise, so only the write with the lowest version that is left can be the next one.
  bool branch_write(const frontier& reachable, std::size_t first, const session_state& now) {
    const auto lowest = std::ranges::upper_bound(versions_, now.version_floor);
    if (lowest == versions_.end())
      return false;
    for (const auto index : reachable.next) {
      const auto& step = required_[index];
      if (step.what == session_step::kind::write && step.version == *lowest && is_legal(step, now))
        return advance(index, first, after(step, now));
    }
    return false;
  }

  /// Removals are alike, so only the one that must be over first is worth trying.
  bool branch_remove(const frontier& reachable, std::size_t first, const session_state& now) {
    std::optional<std::size_t> earliest;
    for (const auto index : reachable.next)
      if (required_[index].what == session_step::kind::remove && is_legal(required_[index], now)
          && (!earliest || required_[index].answered < required_[*earliest].answered))
        earliest = index;
    return earliest && advance(*earliest, first, after(required_[*earliest], now));
  }

  bool advance(std::size_t index, std::size_t first, const session_state& next) {
    set_done(index, true);
    const bool found = explore(first, next);
    if (!found)
      set_done(index, false);
    return found;
  }

  /// Tries the calls of unknown outcome: of those alike only the earliest, and only if it makes an answer
  /// true that is not true without it.
  bool branch_hidden(const frontier& reachable, std::size_t first, const session_state& now) {
    std::vector<std::pair<session_step::kind, std::optional<std::uint64_t>>> tried;
    for (std::size_t place = 0; place < hidden_.size(); ++place) {
      const auto& step = hidden_[place];
      if (step.invoked > reachable.horizon)
        break;
      const auto index = required_.size() + place;
      const auto likeness = std::pair{step.what, step.if_version};
      if (is_done(index) || !is_legal(step, now) || std::ranges::find(tried, likeness) != tried.end())
        continue;
      tried.push_back(likeness);
      const auto next = after(step, now);
      const bool helps = std::ranges::any_of(reachable.next, [&](std::size_t other) {
        return !is_legal(required_[other], now) && is_legal(required_[other], next);
      });
      if (helps && advance(index, first, next))
        return true;
    }
    return false;
  }

  std::string explain() const {
    std::string text = "no order explains the answers. At best, when the session ";
    text += deepest_state_.present ? "has value " + std::to_string(deepest_state_.value) + " version "
                                         + std::to_string(deepest_state_.version)
                                   : "does not exist";
    text += " (highest version so far " + std::to_string(deepest_state_.version_floor)
            + "), none of these calls can come next:";
    for (const auto index : deepest_)
      text += "\n  " + to_string(calls_[required_[index].source]);
    return text;
  }

  const std::vector<session_step>& required_;
  const std::vector<session_step>& hidden_;
  const history& calls_;
  search_limits limits_;
  std::vector<std::uint64_t> versions_;                   ///< Of the writes, rising.
  std::unordered_map<std::uint64_t, std::size_t> unread_; ///< Reads of a value that are not in the order yet.
  std::vector<std::uint64_t> done_;
  std::unordered_set<configuration, configuration_hash> visited_;
  std::size_t done_count_ = 0;
  bool exhausted_ = false;
  std::size_t deepest_count_ = 0;
  std::vector<std::size_t> deepest_;
  session_state deepest_state_;
};

} // namespace

verdict check_session(const history& calls, const search_limits& limits) {
  const auto steps = steps_of(calls);
  if (!steps.contradiction.empty())
    return {false, steps.contradiction, 0};
  return search{steps, calls, limits}.run();
}

verdict check_history(history all, const search_limits& limits) {
  if (auto contradiction = check_version_order(all); !contradiction.empty())
    return {false, contradiction, 0};
  verdict whole;
  for (const auto& [id, calls] : by_session(std::move(all))) {
    const auto part = check_session(calls, limits);
    whole.configurations += part.configurations;
    if (part.linearizable)
      continue;
    whole.linearizable = false;
    whole.why += "session " + id + ": " + part.why + "\n";
  }
  return whole;
}

} // namespace cluster_store::tests
