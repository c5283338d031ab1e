#include <cluster_store/tests/simulation/installation.hpp>

#include <algorithm>

namespace cluster_store::simulation {

using namespace std::chrono_literals;

namespace {

/// Invariants that look at all a core holds are checked once in so many events.
constexpr std::uint64_t check_interval = 512;

/// Once all faults are healed, everything is answered and everybody connected after its deadline and this:
/// the longest pause of a supervisor, and some.
constexpr auto recovery_max = 90s;

/// More than that, and something goes round in a circle. After a gap of time much is due at once.
constexpr std::uint64_t events_of_moment_max = 200'000;

} // namespace

installation::installation(const profile& how) : world_(how) {
  processes_.resize(how.candidates + how.elsewhere);
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    processes_[i].number = static_cast<std::uint32_t>(i + 1);
    processes_[i].candidate = i < how.candidates;
  }
}

void installation::run() {
  for (auto& each : processes_)
    world_.after(world_.random.between(0us, 50ms),
                 {.what = happening::process_start, .process = each.number});
  next_fault();
  live(steady_time::max(), [this] { return world_.books.asked() >= world_.how.operations; });
  heal();
  live(world_.now() + world_.how.timeout + recovery_max, [this] { return is_quiet(); });
  look_at_everything();
  ++world_.met.seeds;
  if (world_.problem.empty())
    world_.books.finish();
  if (world_.problem.empty())
    world_.problem = world_.books.problem();
}

void installation::look_at_everything() {
  if (!world_.problem.empty())
    return;
  for (auto& each : processes_)
    each.worker->read_all();
  live(world_.now() + world_.how.timeout + recovery_max, [this] { return is_quiet(); });
}

bool installation::is_quiet() const {
  // Each has one connection, the master one with itself: those that are of no use have been noticed, too.
  return world_.books.open() == 0 && world_.connections().size() == processes_.size()
         && std::ranges::all_of(
             processes_, [](const process& each) { return each.worker && each.worker->is_connected(); });
}

void installation::live(steady_time until, const std::function<bool()>& done) {
  while (world_.problem.empty() && !done()) {
    if (world_.events.empty() || world_.events.next() > until)
      return world_.fail("all faults are healed, and yet: " + describe());
    step();
    if (!world_.books.problem().empty())
      world_.fail(world_.books.problem());
  }
}

/// What `is_quiet` misses.
std::string installation::describe() const {
  auto out = std::to_string(world_.books.open()) + " operations have no answer";
  for (const auto& each : processes_)
    out += ", process " + std::to_string(each.number) + (each.master ? " (master)" : "")
           + (each.worker && each.worker->is_connected() ? " is connected" : " is not connected");
  for (const auto& [number, each] : world_.connections())
    out += ", connection " + std::to_string(number) + " of " + std::to_string(each.ends[0].process) + " to "
           + std::to_string(each.ends[1].process) + (each.ends[0].open ? " is open" : " is closed") + " and"
           + (each.ends[1].open ? " open" : " closed");
  return out;
}

void installation::step() {
  const auto next = world_.events.pop();
  if (next.at > world_.now())
    events_of_moment_ = 0;
  if (++events_of_moment_ > events_of_moment_max)
    world_.fail("time stands still: somebody does the same again and again");
  world_.place.now = std::max(world_.place.now, next.at);
  world_.note(static_cast<std::uint64_t>(world_.now().time_since_epoch().count()));
  world_.note(static_cast<std::uint64_t>(next.what) + next.process * 64 + next.number * 4096);
  ++world_.met.events;
  happens(next);
  check();
}

void installation::check() const {
  std::size_t masters = 0;
  for (const auto& each : processes_)
    masters += each.master ? 1 : 0;
  if (masters > 1)
    const_cast<world&>(world_).fail("two processes are masters");
  if (world_.met.events % check_interval != 0)
    return;
  for (const auto& each : processes_)
    if (each.worker)
      each.worker->check();
  for (const auto& each : processes_)
    if (each.role)
      backends::invariants::check(*each.role);
}

void installation::happens(const event& what) {
  if (what.life != 0) {
    auto& whom = at(what.process);
    if (whom.life != what.life || whom.how == process::state::down)
      return;
    if (whom.how == process::state::stopped)
      return whom.deferred.push_back(what);
    return happens_to(whom, what);
  }
  switch (what.what) {
  case happening::process_start:
    return start(at(what.process));
  case happening::process_continue:
    return resume(at(what.process));
  case happening::data_lock_free:
    return world_.free_data_lock(what.number);
  case happening::heal_lane:
    if (auto* const over = world_.find(what.number))
      world_.heal(*over, static_cast<connection::side>(what.other));
    return;
  case happening::heal_engine:
    world_.place.mood = {};
    return;
  default:
    return fault();
  }
}

void installation::happens_to(process& whom, const event& what) {
  switch (what.what) {
  case happening::delivery:
    deliver(whom, what);
    break;
  case happening::connection_ended:
    connection_ended(whom, what);
    break;
  case happening::link_outcome:
    connect(whom, what);
    break;
  case happening::store_flush:
  case happening::store_committed:
  case happening::store_tick:
  case happening::store_opened:
  case happening::store_restart:
  case happening::gate_tick:
  case happening::grant_timeout:
    if (whom.master)
      whom.master->happens(what);
    break;
  case happening::role_tick:
  case happening::role_attempt:
    role_happens(whom, what);
    break;
  default:
    whom.worker->happens(what);
  }
  see_to_role(whom);
}

void installation::deliver(process& whom, const event& what) {
  auto* const over = world_.find(what.number);
  const auto side = static_cast<connection::side>(what.other);
  message arrived;
  if (over == nullptr || !world_.receive(*over, side, arrived))
    return;
  if (side == connection::worker)
    whom.worker->take(*over, std::move(arrived));
  else if (whom.master)
    whom.master->take(*over, std::move(arrived));
}

void installation::connection_ended(process& whom, const event& what) {
  const auto* const over = world_.find(what.number);
  const auto side = static_cast<connection::side>(what.other);
  if (over == nullptr || !over->ends[side].open)
    return;
  if (side == connection::worker)
    whom.worker->ended(*over);
  else if (whom.master)
    whom.master->ended(*over);
  if (auto* const still = world_.find(what.number))
    world_.ended(*still, side);
}

void installation::connect(process& whom, const event& what) {
  if (world_.election_holder == 0 || world_.election_holder == whom.number)
    return whom.worker->failed(what, "nobody listens");
  auto& other = at(world_.election_holder);
  if (other.how == process::state::stopped)
    return; // the kernel accepts it, and nobody says a word
  if (!other.master)
    return whom.worker->failed(what, "nobody listens");
  auto& made = world_.connect({whom.number, whom.life}, {other.number, other.life}, false);
  other.master->accept(made);
  whom.worker->connected(what, made);
}

} // namespace cluster_store::simulation
