#include <cluster_store/tests/support/linearizability.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <random>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::tests;

namespace {

using random_source = std::mt19937_64;

std::uint64_t below(random_source& random, std::uint64_t limit) {
  return std::uniform_int_distribution<std::uint64_t>{0, limit - 1}(random);
}

/// The obvious check: tries every order of every selection of the calls of unknown outcome.
class every_order {
public:
  explicit every_order(const history& calls) : calls_(calls), done_(calls.size()) {}

  bool any() { return from({}, 0); }

private:
  struct state {
    bool present = false;
    std::uint64_t value = 0;
    std::uint64_t version = 0; ///< 0: of a write of unknown outcome that nobody read.
    std::uint64_t floor = 0;
  };

  static bool may_be_left_out(const call& what) { return what.how != outcome::answered; }

  bool from(state now, std::size_t depth) {
    const auto left = [this](std::size_t index) { return !done_[index] && !may_be_left_out(calls_[index]); };
    bool complete = true;
    for (std::size_t index = 0; index < calls_.size(); ++index)
      complete = complete && !left(index);
    if (complete)
      return true;
    for (std::size_t index = 0; index < calls_.size(); ++index) {
      if (done_[index] || calls_[index].how == outcome::unapplied || must_wait(index))
        continue;
      auto next = now;
      if (!apply(calls_[index], next))
        continue;
      done_[index] = true;
      const bool found = from(next, depth + 1);
      done_[index] = false;
      if (found)
        return true;
    }
    return false;
  }

  bool must_wait(std::size_t index) const {
    for (std::size_t other = 0; other < calls_.size(); ++other)
      if (!done_[other] && calls_[other].how == outcome::answered
          && calls_[other].answered < calls_[index].invoked)
        return true;
    return false;
  }

  static bool holds(const call& what, const state& now) {
    return !what.if_version
           || (*what.if_version == 0 ? !now.present : now.present && now.version == *what.if_version);
  }

  bool apply(const call& what, state& now) const {
    const bool known = what.how == outcome::answered;
    if (what.what == action::set) {
      if (known && !what.found)
        return !holds(what, now);
      if (!holds(what, now))
        return !known;
      const auto version = known ? what.version : version_read(what.value);
      if (version != 0 && version <= now.floor)
        return false;
      now = {true, what.value, version, version != 0 ? version : now.floor};
      return true;
    }
    if (known && what.found != now.present)
      return false;
    if (what.what == action::destroy)
      now.present = false;
    if (what.what != action::get || !known || !what.found)
      return true;
    return now.value == what.value && now.version == what.version;
  }

  /// A write has one version from the moment it is applied, also if only a later read tells.
  std::uint64_t version_read(std::uint64_t value) const {
    for (const auto& each : calls_)
      if (each.what == action::get && each.how == outcome::answered && each.found && each.value == value)
        return each.version;
    return 0;
  }

  const history& calls_;
  std::vector<bool> done_;
};

call random_call(random_source& random, std::uint64_t number) {
  call what;
  what.what = static_cast<action>(below(random, 4));
  what.how = below(random, 4) == 0 ? outcome::unknown : outcome::answered;
  what.worker = static_cast<std::uint32_t>(number);
  what.found = below(random, 4) != 0;
  what.invoked = static_cast<moment>(below(random, 12));
  what.answered = what.invoked + 1 + static_cast<moment>(below(random, 8));
  what.version = 1 + below(random, 4);
  if (what.what == action::set) {
    what.value = number;
    what.found = true;
    if (below(random, 3) == 0) {
      what.if_version = below(random, 4);
      what.found = below(random, 2) == 0;
    }
  } else if (what.what == action::get && what.found) {
    what.value = 1 + below(random, 6);
  }
  return what;
}

/// An answered read copies the version of the write it claims to have seen, most of the time.
history random_history(random_source& random) {
  history calls;
  const auto size = 2 + below(random, 5);
  for (std::uint64_t number = 1; number <= size; ++number)
    calls.push_back(random_call(random, number));
  for (auto& each : calls)
    for (const auto& other : calls)
      if (each.what == action::get && other.what == action::set && each.value == other.value
          && other.how == outcome::answered && below(random, 8) != 0)
        each.version = other.version;
  return calls;
}

/// Plays calls against one order that really happened, with answers that overlap and get lost.
history played_history(random_source& random, std::size_t calls_count, std::size_t sessions, moment overlap) {
  struct stored {
    std::uint64_t value;
    std::uint64_t version;
  };
  std::map<std::string, stored> store;
  history calls;
  std::uint64_t version = 0;
  for (std::size_t number = 1; number <= calls_count; ++number) {
    call what;
    what.id = "session-" + std::to_string(below(random, sessions));
    what.what = static_cast<action>(below(random, 4));
    what.worker = static_cast<std::uint32_t>(number);
    const auto took_place = static_cast<moment>(number) * 10;
    what.invoked = took_place - static_cast<moment>(below(random, static_cast<std::uint64_t>(overlap)));
    what.answered = took_place + static_cast<moment>(below(random, static_cast<std::uint64_t>(overlap)));
    const auto found = store.find(what.id);
    what.found = found != store.end();
    if (what.what == action::get && what.found) {
      what.value = found->second.value;
      what.version = found->second.version;
    } else if (what.what == action::set) {
      what.value = number;
      what.found = true;
    }
    const auto fate = below(random, 20);
    what.how = fate == 0 ? outcome::unapplied : fate == 1 || fate == 2 ? outcome::unknown : outcome::answered;
    const bool applied = what.how == outcome::answered || fate == 1;
    if (what.what == action::set && applied) {
      what.version = ++version;
      store[what.id] = {number, version};
    } else if (what.what == action::destroy && applied) {
      store.erase(what.id);
    }
    calls.push_back(what);
  }
  return calls;
}

} // namespace

TEST_CASE("the search agrees with trying every order of small random histories") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  random_source random{seed};
  std::size_t linearizable = 0;
  constexpr std::size_t rounds = 30'000;
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto calls = random_history(random);
    const bool expected = every_order{calls}.any();
    const auto result = check_session(calls);
    if (result.linearizable != expected)
      for (const auto& each : calls)
        UNSCOPED_INFO(to_string(each));
    REQUIRE(result.linearizable == expected);
    linearizable += expected ? 1 : 0;
  }
  CHECK(linearizable > rounds / 50);
  CHECK(linearizable < rounds - rounds / 50);
}

TEST_CASE("what really happened is accepted, and rejected after one read is falsified") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  random_source random{seed};
  for (int round = 0; round < 100; ++round) {
    auto calls = played_history(random, 300, 3, 1 + static_cast<moment>(below(random, 400)));
    const auto honest = check_history(calls);
    INFO(honest.why);
    REQUIRE(honest.linearizable);
    const auto read = std::ranges::find_if(calls, [](const call& each) {
      return each.what == action::get && each.how == outcome::answered && each.found;
    });
    REQUIRE(read != calls.end());
    read->invoked = read->answered = 1'000'000; // long after later writes: stale, unless nothing was written
    auto last_write = *read;
    last_write.what = action::set;
    last_write.value = last_write.version = 1'000'000;
    last_write.invoked = last_write.answered = 500'000;
    calls.push_back(last_write);
    CHECK_FALSE(check_history(calls).linearizable);
  }
}

TEST_CASE("200 000 calls on 1 000 sessions, up to 40 at once on one, are checked within seconds") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  random_source random{seed};
  // 10 ns between calls on the store, so 10 µs between calls on a session: 400 µs overlap 40 of them.
  auto calls = played_history(random, 200'000, 1'000, 400'000);
  const auto start = std::chrono::steady_clock::now();
  const auto result = check_history(std::move(calls));
  const auto took = std::chrono::steady_clock::now() - start;
  INFO(result.why.substr(0, 2'000));
  INFO(result.configurations << " configurations");
  CHECK(result.linearizable);
  CHECK(took < std::chrono::seconds{20});
}
