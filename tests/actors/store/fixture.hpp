#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cluster_store/actors/store/core.hpp>
#include <cluster_store/backends/memory/memory.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/operation.hpp>

namespace cluster_store::tests {

using namespace std::chrono_literals;

/// A client of a store core: who it is and how far it has counted.
struct test_client {
  backends::client_id id;
  std::uint64_t ticket = 0;
  std::uint64_t seq = 0;
  std::uint64_t floor = 1;
  actors::rights allowed = actors::rights::administer;
  std::uint64_t answers_window = 4 * 1024 * 1024;
  std::uint64_t taken = 0;  ///< What its next batch reports.
  std::uint64_t wanted = 0; ///< So does this.
};

/// A store core with its shell's loop, a clock that stands still, and an engine that outlives the core.
class store_fixture {
public:
  using answers = std::map<std::pair<backends::client_id, std::uint64_t>, result<test_answer>>;

  explicit store_fixture(actors::store_core_options how = without_windows(),
                         std::unique_ptr<backends::backend> engine = backends::make_memory())
      : engine_(std::move(engine)), options_(std::move(how)) {
    restart();
  }

  /// Options of a store whose clients may have so much on the way that they need not count it.
  static actors::store_core_options without_windows() {
    actors::store_core_options out;
    out.flow.own_bytes = std::size_t{1} << 40;
    return out;
  }

  /// A new core over the same engine, as after the end of a store actor.
  void restart() {
    core_ = std::make_unique<actors::store_core>(options_, *engine_);
    REQUIRE(core_->load(wire::token{1, 2, 3}, steady));
  }

  test_client join() {
    test_client out;
    out.id.bytes[0] = ++clients_;
    greet(out);
    return out;
  }

  /// Says hello (again). @returns the welcome.
  wire::welcome greet(test_client& who) {
    auto welcome = core_->grant(who.id, who.allowed, who.answers_window);
    backends::invariants::check(*core_);
    REQUIRE(welcome);
    who.ticket = welcome->ticket;
    return *welcome;
  }

  /// Queues operations as one batch; numbers those without a number.
  std::optional<std::string> submit(test_client& who, std::vector<numbered_operation> operations) {
    wire::batch_writer batch{{who.id, who.ticket, who.floor, who.taken, who.wanted, 0}};
    for (auto& each : operations) {
      if (each.seq == 0)
        each.seq = ++who.seq;
      add(batch, each);
    }
    auto refusal = core_->submit(std::move(batch).take());
    backends::invariants::check(*core_);
    return refusal;
  }

  /// Runs the shell's loop until nothing is left. @returns what was answered.
  /// @param bytes the bytes of results for each client are added there, unless it is null.
  answers run(std::map<backends::client_id, std::size_t>* bytes = nullptr) {
    answers out;
    for (groups = 0; core_->prepare(now) && groups < 10'000; ++groups) {
      backends::invariants::check(*core_);
      const auto& staged = core_->staged();
      for (const auto& frame : staged.empty() ? core_->finish() : core_->finish(engine_->apply(staged)))
        if (const auto count = read(frame, out); bytes != nullptr)
          (*bytes)[frame.client] += count;
      backends::invariants::check(*core_);
      if (core_->must_restart())
        break;
    }
    return out;
  }

  /// Runs one operation alone.
  result<test_answer> call(test_client& who, numbered_operation what) {
    REQUIRE_FALSE(submit(who, {what}));
    const auto seq = what.seq != 0 ? what.seq : who.seq;
    auto all = run();
    const auto at = all.find({who.id, seq});
    REQUIRE(at != all.end());
    return at->second;
  }

  actors::store_core& core() { return *core_; }
  backends::backend& engine() { return *engine_; }

  wall_time now{std::chrono::hours{500'000}};
  steady_time steady{std::chrono::hours{1}};
  std::size_t groups = 0; ///< Groups of the last `run`.

private:
  static std::size_t read(const actors::outgoing_frame& frame, answers& out) {
    std::string_view rest{frame.bytes};
    REQUIRE(wire::take_results_head(rest));
    const auto bytes = rest.size();
    while (!rest.empty()) {
      auto item = wire::take_result(rest);
      REQUIRE(item);
      const auto key = std::pair{frame.client, item->seq};
      INFO("seq " << item->seq << " is answered once");
      REQUIRE(out.emplace(key, read_reply(item->what)).second);
    }
    return bytes;
  }

  std::unique_ptr<backends::backend> engine_;
  actors::store_core_options options_;
  std::unique_ptr<actors::store_core> core_;
  std::uint8_t clients_ = 0;
};

} // namespace cluster_store::tests
