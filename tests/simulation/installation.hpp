#pragma once

#include <cstdint>
#include <memory>
#include <vector>

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
  std::uint64_t own_connection = 0; ///< Between the two.
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
  void look_at_everything();

  // processes.cpp: their lives and roles
  void start(process& whom);
  void kill(process& whom);
  void stop(process& whom, world::duration how_long);
  void resume(process& whom);
  void elect(process& whom);
  void become_master(process& whom);
  void step_down(process& whom);
  process& at(std::uint32_t number) { return processes_[number - 1]; }

  // faults.cpp
  void next_fault();
  void fault();
  void break_network();
  void break_engine();
  void lose_power();
  void heal();
  process& any_process();

  world world_;
  std::vector<process> processes_;
};

} // namespace cluster_store::simulation
