#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

#include <cluster_store/actors/proxy/core.hpp>
#include <cluster_store/tests/actors/proxy/core_fixture.hpp>
#include <cluster_store/tests/actors/proxy/model_store.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

actors::proxy_core::settings small_and_hasty() {
  actors::proxy_core::settings out;
  out.timeout = 2s;
  out.queue.operations_max = 40;
  out.queue.batch_operations_max = 5;
  out.queue.batches_in_flight_max = 3;
  return out;
}

/// One proxy, one store, and a network between them that does whatever the dice say.
class world {
public:
  explicit world(std::uint64_t seed) : dice_(seed), core_(with_random(small_and_hasty()), now_) {}

  void step() {
    const auto roll = dice_() % 100;
    if (roll < 35)
      issue();
    else if (roll < 55)
      execute();
    else if (roll < 75)
      deliver();
    else if (roll < 80)
      greet();
    else if (roll < 90)
      pass_time();
    else
      break_something();
    collect();
  }

  void finish() {
    for (int i = 0; i < 200; ++i) {
      connect();
      greet();
      execute();
      deliver();
      collect();
    }
    core_.close();
    collect();
  }

  void check() const {
    std::set<std::string> applied;
    std::size_t last = 0;
    for (const auto& id : store_.applied()) {
      CHECK(applied.insert(id).second); // never twice
      const auto number = std::stoul(id);
      CHECK(number > last); // in the order of issue
      last = number;
    }
    REQUIRE(outcomes_.size() == issued_);
    for (const auto& [id, answers] : outcomes_) {
      REQUIRE(answers.size() == 1);
      if (id.starts_with("read"))
        continue;
      if (answers.front())
        CHECK(applied.contains(id));
      else if (traits_of(answers.front().error().code).effect == applied::no)
        CHECK_FALSE(applied.contains(id));
    }
    for (std::size_t i = 0; i < edges_.size(); ++i)
      CHECK(edges_[i] == (i % 2 == 0 ? '+' : '-'));
  }

  std::size_t acknowledged() const {
    return static_cast<std::size_t>(std::count_if(
        outcomes_.begin(), outcomes_.end(), [](const auto& each) { return each.second[0].has_value(); }));
  }

private:
  actors::proxy_core::settings with_random(actors::proxy_core::settings how) {
    how.random = [this] { return dice_(); };
    return how;
  }

  void issue() {
    for (auto count = 1 + dice_() % 4; count > 0; --count) {
      const bool read = dice_() % 4 == 0;
      const auto name = (read ? "read" : "") + std::to_string(++issued_);
      core_.submit(recorded(name, outcomes_), now_);
    }
    core_.flush(now_);
  }

  void execute() {
    if (to_store_.empty())
      return;
    to_proxy_.push_back(store_.execute(to_store_.front()));
    to_store_.pop_front();
  }

  void deliver() {
    if (to_proxy_.empty())
      return;
    const auto frame = to_proxy_.front();
    if (dice_() % 5 != 0) // else it arrives once more
      to_proxy_.pop_front();
    core_.results(frame, now_);
    core_.flush(now_);
  }

  void greet() {
    if (!hello_)
      return;
    const auto hello = *std::exchange(hello_, {});
    if (dice_() % 8 == 0)
      return core_.welcomed(hello.first, fail(errc::unavailable, "not now"), now_);
    auto welcome = store_.greet(hello.second);
    if (dice_() % 8 != 0)
      core_.welcomed(hello.first, welcome, now_);
    else // the welcome was lost
      core_.welcomed(hello.first, fail(errc::unavailable, "no answer"), now_);
  }

  void pass_time() {
    now_ += std::chrono::milliseconds(dice_() % (dice_() % 10 == 0 ? 3'000 : 100));
    core_.tick(now_);
  }

  void connect() {
    linked_ = true;
    core_.link_up({}, now_);
  }

  /// What is on its way to the proxy is lost; of what is on its way to the store, some may still arrive.
  void cut() {
    linked_ = false;
    to_proxy_.clear();
    hello_.reset();
    while (!to_store_.empty() && dice_() % 2 == 0)
      to_store_.pop_back();
    core_.link_down({errc::unavailable, "cut"}, now_);
  }

  void break_something() {
    const auto roll = dice_() % 10;
    if (!linked_)
      return connect();
    if (roll < 5)
      return cut();
    to_store_.clear();
    if (roll < 9)
      store_.die();
    else
      store_.restore();
    if (dice_() % 2 == 0)
      to_proxy_.clear();
    core_.store_lost(true, now_);
  }

  void collect() {
    backends::invariants::check(core_);
    for (auto& each : core_.take_effects()) {
      if (auto* hello = std::get_if<actors::say_hello>(&each))
        hello_.emplace(hello->attempt, wire::decode_hello(hello->bytes).value().client);
      else if (auto* batch = std::get_if<actors::send_batch>(&each))
        to_store_.push_back(std::move(batch->bytes));
      else if (std::holds_alternative<actors::connected>(each))
        edges_ += '+';
      else if (std::holds_alternative<actors::disconnected>(each))
        edges_ += '-';
    }
  }

  std::mt19937_64 dice_;
  steady_time now_{1h};
  model_store store_;
  outcomes outcomes_;
  std::size_t issued_ = 0;
  std::string edges_;
  bool linked_ = false;
  std::optional<std::pair<std::uint64_t, backends::client_id>> hello_;
  std::deque<std::string> to_store_;
  std::deque<std::string> to_proxy_;
  actors::proxy_core core_;
};

} // namespace

TEST_CASE(
    "whatever is lost, repeated or late: each call is answered once, applied at most once and in order, and "
    "what was acknowledged was applied") {
  const auto first = std::random_device{}();
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = first; seed < first + 300ull; ++seed) {
    CAPTURE(seed);
    world subject{seed};
    for (int step = 0; step < 1'000; ++step)
      subject.step();
    subject.finish();
    subject.check();
    acknowledged += subject.acknowledged();
  }
  CHECK(acknowledged > 10'000); // the schedules leave room for work
}
