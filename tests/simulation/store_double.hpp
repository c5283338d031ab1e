#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <cluster_store/actors/store/core.hpp>
#include <cluster_store/tests/simulation/world.hpp>

namespace cluster_store::simulation {

/// What `store_actor` does around a store core: a mailbox that waits while the engine works, a flush behind
/// what is in it, routes of answers, the tick.
class store_double {
public:
  /// What the gate asks for.
  struct order {
    std::uint64_t number = 0; ///< Of the question.
    std::uint64_t connection = 0;
    wire::hello said;
    actors::rights allowed{};
  };

  struct listener {
    std::function<void(std::uint64_t order, result<wire::welcome>&&)> granted;
    std::function<void(std::uint64_t connection)> is_stuck;
  };

  store_double(world& where, std::uint32_t process, std::uint32_t life, listener tell);

  /// @errors those of `store_core::load`.
  result<void> start();

  void take(std::uint64_t connection, message&& what);
  void take(order&& what);
  void left(std::uint64_t connection);

  void flush();
  void committed();
  void tick();

  std::uint64_t run() const noexcept { return run_; }

  /// @returns whether all that was accepted is answered.
  bool is_idle() const noexcept { return !busy_ && !armed_ && mailbox_.empty(); }

  /// Before it ends.
  void sync() { static_cast<void>(engine_.sync()); }

  /// @returns whether it has ended, by a failure.
  bool is_dead() const noexcept { return dead_; }
  bool engine_is_broken() const noexcept { return engine_.broken(); }

private:
  struct item {
    std::function<void()> run; ///< Rare ones.
    std::uint64_t connection = 0;
    message what; ///< Frequent ones.
  };

  struct route {
    std::uint64_t ticket = 0;
    std::uint64_t connection = 0;
    std::uint64_t applied = 0; ///< When it was welcomed.
  };

  void accept(item&& what);
  void execute(item& what);
  void batch(std::uint64_t connection, std::string&& bytes);
  bool watch(std::string& batch);
  void grant(const order& what);
  void arm();
  void finish();
  void send(std::vector<actors::outgoing_frame> frames);
  void swap_results(std::string& frame);
  event at_self(happening what) const;

  world& world_;
  std::uint32_t process_;
  std::uint32_t life_;
  std::uint64_t run_;
  listener tell_;
  engine engine_;
  actors::store_core core_;
  forward_clock clock_; ///< Goes as the core's.
  std::map<backends::client_id, route> routes_;
  std::deque<item> mailbox_; ///< What waits for the engine.
  std::optional<actors::store_core::verdict> verdict_;
  std::uint64_t written_ = 0; ///< The commit that the engine is at.
  bool busy_ = false;
  bool armed_ = false;
  bool dead_ = false;
};

} // namespace cluster_store::simulation
