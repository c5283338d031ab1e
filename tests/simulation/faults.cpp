#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include <cluster_store/tests/simulation/installation.hpp>

namespace cluster_store::simulation {

using namespace std::chrono_literals;

process& installation::any_process() {
  // The master is what most depends on.
  if (world_.election_holder != 0 && world_.random.happens(500))
    return at(world_.election_holder);
  return processes_[world_.random.below(processes_.size())];
}

void installation::next_fault() {
  world_.after(world_.random.about(world_.how.fault_mean) + 1us, {.what = happening::fault});
}

void installation::fault() {
  if (world_.healing)
    return;
  next_fault();
  const auto kind = world_.random.below(100);
  if (kind < 20) {
    auto& whom = any_process();
    ++world_.met.kills;
    kill(whom);
    world_.after(world_.random.between(1ms, 3s), {.what = happening::process_start, .process = whom.number});
  } else if (kind < 24) {
    lose_endpoint();
  } else if (kind < 35) {
    stop(any_process(), world_.random.between(1ms, 500ms) * world_.random.one_of(std::array{1, 1, 5, 30}));
  } else if (kind < 68) {
    break_network();
  } else if (kind < 76) {
    lose_power();
  } else if (kind < 80) {
    ++world_.met.clock_jumps;
    world_.wall_offset += std::chrono::milliseconds{world_.random.between(0, 7'200'000)} - 1h;
  } else if (kind < 86) {
    ++world_.met.gaps;
    world_.place.now += world_.random.between(500ms, 20s);
    for (auto& each : processes_)
      if (each.worker)
        each.worker->user().resumed();
  } else {
    break_engine();
  }
}

/// Somebody removes the socket's file: its master is none any more, perhaps before it
/// knows that it is one, and another one takes over.
void installation::lose_endpoint() {
  if (world_.election_holder == 0)
    return;
  auto& whom = at(world_.election_holder);
  if (whom.how != process::state::running || !whom.master)
    return;
  ++world_.met.hand_overs;
  whom.role->master_failed({errc::unavailable, "the endpoint is lost"});
  run_role(whom);
}

void installation::break_network() {
  std::vector<connection*> all;
  std::vector<connection*> busy; // with something on the way to the master: that matters most
  for (auto& [number, each] : world_.connections())
    if (!each.local) {
      all.push_back(&each);
      if (!each.lanes[connection::master].on_the_way.empty())
        busy.push_back(&each);
    }
  if (all.empty())
    return;
  auto& chosen = *world_.random.one_of(busy.empty() ? all : busy);
  if (world_.random.happens(700)) {
    ++world_.met.cuts;
    return world_.cut(chosen);
  }
  ++world_.met.one_way_cuts;
  world_.cut_one_way(chosen, world_.random.happens(500) ? connection::worker : connection::master);
}

void installation::break_engine() {
  auto& mood = world_.place.mood;
  switch (world_.random.below(5)) {
  case 0:
    mood.aborts = 300;
    break;
  case 1:
    mood.doubts = 200;
    break;
  case 2:
    mood.breaks = 200;
    break;
  case 3:
    mood.unread = 100;
    break;
  default:
    mood.slowness = 100;
  }
  world_.after(world_.random.between(1ms, 2s), {.what = happening::heal_engine});
}

/// The host of the data goes down at once; what its disk had not written is gone from some commit on.
void installation::lose_power() {
  ++world_.met.power_losses;
  for (auto& each : processes_)
    if (each.candidate) {
      kill(each);
      world_.after(world_.random.between(10ms, 2s),
                   {.what = happening::process_start, .process = each.number});
    }
  world_.free_data_locks();
  auto& data = world_.place.data;
  const auto before = data.applied();
  const auto last = world_.random.between(data.synced(), before);
  if (last == before)
    return;
  data.lose_after(last);
  world_.met.lost_commits += before - last;
  world_.books.lost_after(last, world_.now());
}

void installation::heal() {
  world_.healing = true;
  world_.place.mood = {};
  for (auto& [number, each] :
       world_.connections()) // those that lose everything are for the heartbeats to find
    for (const auto side : {connection::worker, connection::master})
      world_.heal(each, side);
  for (auto& each : processes_) {
    resume(each);
    start(each);
  }
}

} // namespace cluster_store::simulation
