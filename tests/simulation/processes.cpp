#include <algorithm>
#include <utility>
#include <vector>

#include <cluster_store/tests/simulation/installation.hpp>

namespace cluster_store::simulation {

using namespace std::chrono_literals;

void installation::start(process& whom) {
  if (whom.how != process::state::down)
    return;
  whom.how = process::state::running;
  ++whom.life;
  whom.worker = std::make_unique<worker>(world_, whom.number, whom.life);
  if (!whom.candidate)
    return whom.worker->follow(false);
  whom.role.emplace([&random = world_.random] { return random.bits(); });
  whom.role_due.reset();
  whom.role->start();
  run_role(whom);
}

// -- roles, as `role` feeds its core
// -----------------------------------------------------------------------

/// What the two sides of a process had to say during the last event.
void installation::see_to_role(process& whom) {
  if (!whom.role)
    return;
  for (const auto& each : whom.worker->take_news()) {
    if (each)
      whom.role->link_down(*each, world_.now());
    else
      whom.role->link_up(world_.now());
    run_role(whom);
  }
  if (!whom.master)
    return;
  if (const auto started = whom.master->take_first_start()) {
    if (!*started)
      remove_master(whom);
    if (*started)
      whom.role->took_over(whom.role_attempt, world_.now());
    else
      whom.role->not_taken(whom.role_attempt, started->error(), world_.now());
    run_role(whom);
  } else if (whom.master->is_over()) {
    remove_master(whom);
    whom.role->stepped_down(world_.now());
    run_role(whom);
  }
}

void installation::role_happens(process& whom, const event& what) {
  if (what.what == happening::role_tick) {
    whom.role_due.reset();
    whom.role->tick(world_.now());
  } else if (whom.role->awaits(what.number)) {
    whom.role_attempt = what.number;
    if (world_.take_election_lock(whom.number))
      whom.master = std::make_unique<master>(world_, whom.number, whom.life);
    else
      whom.role->not_taken(what.number, {errc::unavailable, "another process has the lock"}, world_.now());
  }
  run_role(whom);
}

void installation::run_role(process& whom) {
  for (auto& each : whom.role->take_effects())
    std::visit([&](auto& what) { perform(whom, what); }, each);
  const auto due = whom.role->next_wakeup();
  if (!due || (whom.role_due && *whom.role_due <= *due))
    return;
  whom.role_due = due;
  world_.at(*due, {.what = happening::role_tick, .process = whom.number, .life = whom.life});
}

void installation::perform(process& whom, actors::follow_master&) {
  whom.worker->follow(true);
}

void installation::perform(process& whom, actors::follow_nobody&) {
  whom.worker->follow_nobody();
}

void installation::perform(process& whom, actors::take_over& what) {
  world_.after(
      world_.random.between(10us, 2ms),
      {.what = happening::role_attempt, .process = whom.number, .life = whom.life, .number = what.attempt});
}

void installation::perform(process& whom, actors::step_down&) {
  whom.master->stop();
}

void installation::perform(process& whom, actors::announce_role& what) {
  if (!what.master)
    return whom.worker->way_up(nullptr);
  auto& own = world_.connect({whom.number, whom.life}, {whom.number, whom.life}, true);
  whom.master->accept(own);
  whom.worker->way_up(&own);
}

void installation::perform(process& whom, actors::announce_none& what) {
  whom.worker->way_down(what.reason);
}

void installation::remove_master(process& whom) {
  whom.master->close();
  whom.master.reset();
  world_.free_election_lock(whom.number);
  std::vector<std::uint64_t> open;
  for (const auto& [number, each] : world_.connections())
    if (each.ends[connection::master].process == whom.number && each.ends[connection::master].open)
      open.push_back(number);
  for (const auto number : open)
    if (auto* const over = world_.find(number))
      world_.close(*over, connection::master);
}

// -- their lives
// ----------------------------------------------------------------------------------------------

void installation::kill(process& whom) {
  if (whom.how == process::state::down)
    return;
  whom.how = process::state::down;
  whom.deferred.clear();
  if (auto master = std::exchange(whom.master, nullptr))
    master->killed();
  whom.role.reset();
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
