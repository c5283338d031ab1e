#include <cluster_store/tests/simulation/world.hpp>

#include <utility>

namespace cluster_store::simulation {

using namespace std::chrono_literals;

namespace {

constexpr world::duration local_delay = 5us;

connection::side other_than(connection::side one) {
  return one == connection::worker ? connection::master : connection::worker;
}

} // namespace

world::world(const profile& given)
    : how(given),
      random(given.seed),
      books({.keys = given.keys,
             .durable = given.durable,
             .always_synced = given.sync == backends::traits::syncing::always}) {
  place.now = steady_time{std::chrono::hours{1}};
}

// -- the network
// ---------------------------------------------------------------------------------------------

connection& world::connect(connection::end worker, connection::end master, bool local) {
  auto& made = connections_[++last_connection_];
  made.number = last_connection_;
  made.local = local;
  made.ends[connection::worker] = worker;
  made.ends[connection::master] = master;
  for (auto& each : made.pass)
    each = static_cast<std::uint8_t>(local ? 0 : random.bits());
  return made;
}

connection* world::find(std::uint64_t number) {
  const auto at = connections_.find(number);
  return at == connections_.end() ? nullptr : &at->second;
}

void world::schedule_delivery(connection& over, connection::side to) {
  const auto& end = over.ends[to];
  at(over.lanes[to].last, {.what = happening::delivery,
                           .process = end.process,
                           .life = end.life,
                           .number = over.number,
                           .other = to});
}

void world::send(connection& over, connection::side to, message&& what) {
  auto& lane = over.lanes[to];
  if (!over.ends[other_than(to)].open || lane.vanishes)
    return;
  const auto delay = over.local ? local_delay : random.between(how.delay_max / 20, how.delay_max);
  lane.last = std::max(lane.last, now() + delay);
  lane.on_the_way.push_back(std::move(what));
  if (how.wrong == defect::lane_out_of_order && lane.on_the_way.size() > 1 && random.happens(50))
    std::swap(lane.on_the_way.back(), lane.on_the_way[lane.on_the_way.size() - 2]);
  schedule_delivery(over, to);
}

bool world::receive(connection& over, connection::side at, message& into) {
  auto& lane = over.lanes[at];
  if (lane.stalled) {
    ++lane.held;
    return false;
  }
  // A proxy may find in its mailbox what came before its link noticed the end.
  if (lane.on_the_way.empty() || (at == connection::master && !over.ends[at].open))
    return false;
  into = std::move(lane.on_the_way.front());
  lane.on_the_way.pop_front();
  return true;
}

void world::close(connection& what, connection::side by) {
  const auto to = other_than(by);
  auto& lane = what.lanes[to];
  const auto& end = what.ends[to];
  what.ends[by].open = false;
  if (!end.open) {
    connections_.erase(what.number);
    return;
  }
  if (lane.stalled || lane.vanishes)
    return; // it never hears of it but by silence
  lane.last = std::max(lane.last, now() + (what.local ? local_delay : how.delay_max));
  at(lane.last, {.what = happening::connection_ended,
                 .process = end.process,
                 .life = end.life,
                 .number = what.number,
                 .other = to});
}

void world::ended(connection& what, connection::side at) {
  what.ends[at].open = false;
  if (!what.ends[other_than(at)].open)
    connections_.erase(what.number);
}

/// Only the worker notices, and connects again; what it sent arrives later, some of it after a new welcome.
void world::reset_one_side(connection& what) {
  const auto& end = what.ends[connection::worker];
  auto& lane = what.lanes[connection::master];
  if (!lane.vanishes)
    lane.stalled = true;
  after(random.between(duration{}, how.delay_max), {.what = happening::connection_ended,
                                                    .process = end.process,
                                                    .life = end.life,
                                                    .number = what.number,
                                                    .other = connection::worker});
  after(how.delay_max * 4 + random.between(duration{}, how.delay_max * 20),
        {.what = happening::heal_lane, .number = what.number, .other = connection::master});
}

void world::cut(connection& what) {
  if (random.happens(what.lanes[connection::master].on_the_way.empty() ? 200 : 900))
    return reset_one_side(what);
  for (const auto side : {connection::worker, connection::master}) {
    const auto& end = what.ends[side];
    if (random.happens(500)) {
      what.lanes[side].vanishes = true; // for good: a connection has no holes
      what.lanes[side].on_the_way.clear();
    }
    after(random.between(duration{}, how.delay_max * 10), {.what = happening::connection_ended,
                                                           .process = end.process,
                                                           .life = end.life,
                                                           .number = what.number,
                                                           .other = side});
  }
}

void world::cut_one_way(connection& what, connection::side to) {
  auto& lane = what.lanes[to];
  if (random.happens(500)) {
    lane.vanishes = true;
    lane.on_the_way.clear();
    return;
  }
  lane.stalled = true;
  after(random.between(duration{10ms}, duration{8s}),
        {.what = happening::heal_lane, .number = what.number, .other = to});
}

void world::heal(connection& what, connection::side to) {
  auto& lane = what.lanes[to];
  if (!std::exchange(lane.stalled, false))
    return;
  lane.last = std::max(lane.last, now());
  for (; lane.held > 0; --lane.held)
    schedule_delivery(what, to);
  if (!what.ends[other_than(to)].open)
    at(lane.last, {.what = happening::connection_ended,
                   .process = what.ends[to].process,
                   .life = what.ends[to].life,
                   .number = what.number,
                   .other = to});
}

// -- locks
// ---------------------------------------------------------------------------------------------------

bool world::take_election_lock(std::uint32_t process) {
  if (election_holder != 0 && how.wrong != defect::election_lock_shared)
    return false;
  election_holder = process;
  return true;
}

void world::free_election_lock(std::uint32_t process) {
  if (election_holder == process)
    election_holder = 0;
}

std::uint64_t world::take_data_lock() {
  if (!claims_.empty() && how.wrong != defect::data_lock_ignored)
    return 0;
  claims_.insert(++last_claim_);
  return last_claim_;
}

void world::remove_data() {
  place.data.remove([&](const std::string& key) {
    return how.wrong == defect::incarnation_kept && (key == "store/incarnation" || key == "store/tickets");
  });
  books.removed(now());
  if (how.wrong != defect::incarnation_kept)
    last_ticket = 0;
}

} // namespace cluster_store::simulation
