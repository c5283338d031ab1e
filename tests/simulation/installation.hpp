#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/role/core.hpp>
#include <cluster_store/tests/simulation/master.hpp>
#include <cluster_store/tests/simulation/worker.hpp>

namespace cluster_store::simulation {

/// One process: what it is, and its two sides.
struct process {
  enum class state : std::uint8_t { down, running, stopped };

  std::uint32_t number = 0;
  bool candidate = false; ///< Is on the host of the data, and may become the master.
  state how = state::down;
  std::uint32_t life = 0;      ///< Rises with every start.
  std::vector<event> deferred; ///< What came while it was stopped.
  std::unique_ptr<simulation::worker> worker;
  std::unique_ptr<simulation::master> master;
  std::optional<actors::role_core> role; ///< Of a candidate.
  std::optional<steady_time> role_due;
  std::uint64_t role_attempt = 0;
};

/// A whole installation, from its first start to the last answer, with every fault that its profile asks for.
/// One thread.
class installation {
public:
  explicit installation(const profile& how);

  /// Runs to the end, or to the first contradiction.
  void run();

  world& around() noexcept { return world_; }

private:
  // installation.cpp: the order of events
  void live(steady_time until, const std::function<bool()>& done);
  void step();
  void happens(const event& what);
  void happens_to(process& whom, const event& what);
  void deliver(process& whom, const event& what);
  void connection_ended(process& whom, const event& what);
  void connect(process& whom, const event& what);
  void check() const;
  bool is_quiet() const;
  std::string describe() const;
  void look_at_everything();

  // processes.cpp: their lives and roles
  void start(process& whom);
  void kill(process& whom);
  void stop(process& whom, world::duration how_long);
  void resume(process& whom);
  void see_to_role(process& whom);
  void role_happens(process& whom, const event& what);
  void run_role(process& whom);
  void perform(process& whom, actors::follow_master& what);
  void perform(process& whom, actors::follow_nobody& what);
  void perform(process& whom, actors::take_over& what);
  void perform(process& whom, actors::step_down& what);
  void perform(process& whom, actors::announce_role& what);
  void perform(process& whom, actors::announce_none& what);
  void remove_master(process& whom);
  process& at(std::uint32_t number) { return processes_[number - 1]; }

  // faults.cpp
  void next_fault();
  void fault();
  void lose_endpoint();
  void break_network();
  void break_engine();
  void lose_power();
  void heal();
  process& any_process();

  world world_;
  std::vector<process> processes_;
  std::uint64_t events_of_moment_ = 0; ///< Since time went on last.
};

} // namespace cluster_store::simulation
