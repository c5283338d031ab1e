#include <algorithm>
#include <utility>
#include <vector>

#include <cluster_store/tests/simulation/installation.hpp>

namespace cluster_store::simulation {

using namespace std::chrono_literals;

namespace {

/// How long somebody who has the election lock waits for the data.
constexpr auto patience = 1s;

} // namespace

void installation::start(process& whom) {
  if (whom.how != process::state::down)
    return;
  whom.how = process::state::running;
  ++whom.life;
  whom.worker = std::make_unique<worker>(world_, whom.number, whom.life);
  if (whom.candidate && world_.take_election_lock(whom.number))
    become_master(whom);
  else
    whom.worker->look_elsewhere();
}

/// Who has the election lock opens the data and serves, the others connect; who finds nobody there asks for
/// the lock.
void installation::elect(process& whom) {
  if (!whom.master) {
    if (whom.worker->take_loss() && whom.candidate && world_.take_election_lock(whom.number))
      become_master(whom);
    return;
  }
  if (const auto since = whom.master->waits_since(); since && world_.now() - *since > patience)
    step_down(whom);
}

void installation::become_master(process& whom) {
  whom.master = std::make_unique<master>(world_, whom.number, whom.life);
  auto& own = world_.connect({whom.number, whom.life}, {whom.number, whom.life}, true);
  whom.own_connection = own.number;
  whom.worker->serve_itself(own);
}

/// Lets another one try.
void installation::step_down(process& whom) {
  whom.master->give_up();
  whom.master.reset();
  world_.free_election_lock(whom.number);
  for (auto& [number, each] : std::map<std::uint64_t, connection>{world_.connections()})
    if (each.ends[connection::master].process == whom.number && each.ends[connection::master].open)
      if (auto* const over = world_.find(number))
        world_.close(*over, connection::master);
  whom.worker->stop_serving_itself();
  whom.worker->look_elsewhere();
}

void installation::kill(process& whom) {
  if (whom.how == process::state::down)
    return;
  whom.how = process::state::down;
  whom.deferred.clear();
  if (auto master = std::exchange(whom.master, nullptr))
    master->killed();
  whom.worker->user().killed();
  whom.worker.reset();
  world_.free_election_lock(whom.number);
  std::vector<std::pair<std::uint64_t, connection::side>> ends;
  for (const auto& [number, each] : world_.connections())
    for (const auto side : {connection::worker, connection::master})
      if (each.ends[side].process == whom.number && each.ends[side].open)
        ends.emplace_back(number, side);
  for (const auto& [number, side] : ends)
    if (auto* const over = world_.find(number))
      world_.close(*over, side);
}

void installation::stop(process& whom, world::duration how_long) {
  if (whom.how != process::state::running)
    return;
  ++world_.met.stops;
  whom.how = process::state::stopped;
  world_.after(how_long, {.what = happening::process_continue, .process = whom.number});
}

void installation::resume(process& whom) {
  if (whom.how != process::state::stopped)
    return;
  whom.how = process::state::running;
  whom.worker->user().resumed();
  for (const auto& each : std::exchange(whom.deferred, {}))
    world_.at(world_.now(), each);
}

} // namespace cluster_store::simulation
