#include <cluster_store/tests/simulation/master.hpp>

#include <utility>
#include <vector>

namespace cluster_store::simulation {

using namespace std::chrono_literals;

namespace {

const std::string store_name = "default";

// As in actors/gate/actor.cpp.
constexpr std::chrono::seconds grant_timeout{2};
constexpr std::chrono::seconds tick_interval{1};

// As in actors/server/start.cpp and actors/store/supervisor_actor.cpp.
constexpr std::chrono::seconds data_patience{1};
constexpr std::chrono::milliseconds first_start_interval{20};

} // namespace

master::master(world& where, std::uint32_t process, std::uint32_t life)
    : world_(where), process_(process), life_(life), impatient_at_(where.now() + data_patience) {
  gate_.set_down(store_name, "it is starting");
  world_.after(tick_interval, at_self(happening::gate_tick));
  world_.after(world_.random.between(100us, 20ms), at_self(happening::store_opened));
}

event master::at_self(happening what, std::uint64_t number) const {
  return {.what = what, .process = process_, .life = life_, .number = number};
}

void master::happens(const event& what) {
  switch (what.what) {
  case happening::store_opened:
    return opened();
  case happening::store_restart:
    return world_.after(world_.random.between(100us, 20ms), at_self(happening::store_opened));
  case happening::gate_tick:
    world_.after(tick_interval, at_self(happening::gate_tick));
    return close_silent();
  case happening::grant_timeout:
    return answer(what.number, fail(errc::unavailable, "the store is busy or restarting"));
  default:
    return store_happens(what);
  }
}

// -- the gate
// ------------------------------------------------------------------------------------------------

void master::accept(const connection& over) {
  open_.try_emplace(over.number, world_.now());
}

void master::take(connection& over, message&& what) {
  switch (what.what) {
  case message::kind::hello:
    return greet(over, std::move(what));
  case message::kind::beat:
    silence_.heard(over.pass, world_.now());
    what.what = message::kind::beat_answer;
    return world_.send(over, connection::worker, std::move(what));
  case message::kind::batch:
  case message::kind::bye:
    if (store_ && store_->run() == what.run && !stopping_) { // behind the end nobody reads its mailbox
      store_->take(over.number, std::move(what));
      look_after_store();
    }
    return;
  default:
    return world_.fail("a master got a message that is for workers");
  }
}

void master::greet(const connection& over, message&& what) {
  const auto number = ++last_question_;
  questions_[number] = {over.number, what.number};
  auto said = wire::decode_hello(what.bytes);
  if (!said)
    return world_.fail("a hello is not readable");
  const actors::visitor who{.local = over.local, .admitted = said->pass == over.pass, .proved = true};
  if (const auto admitted = gate_.admit(*said, who); !admitted)
    return answer(number, tl::unexpected{admitted.error()});
  world_.after(grant_timeout, at_self(happening::grant_timeout, number));
  const auto allowed = gate_.rights_of(*said, who);
  store_->take({number, over.number, *std::move(said), allowed});
  look_after_store();
}

void master::answer(std::uint64_t order, const result<wire::welcome>& what) {
  const auto asked = questions_.find(order);
  if (asked == questions_.end())
    return; // too late
  if (auto* const over = world_.find(asked->second.connection))
    world_.send(*over, connection::worker,
                {.what = message::kind::welcome,
                 .number = asked->second.attempt,
                 .run = what && store_ ? store_->run() : 0,
                 .bytes = wire::encode(what)});
  questions_.erase(asked);
}

void master::ended(const connection& what) {
  open_.erase(what.number);
  if (store_)
    store_->left(what.number);
  look_after_store();
}

void master::close_silent() {
  std::vector<actors::silence_watch::connection> open;
  std::map<wire::token, std::uint64_t> numbers;
  for (const auto& [number, since] : open_)
    if (const auto* const found = world_.find(number); found != nullptr && !found->local) {
      open.push_back({found->pass, since});
      numbers[found->pass] = number;
    }
  for (const auto& pass : silence_.silent(open, world_.now()))
    if (auto* const silent = world_.find(numbers[pass])) {
      ended(*silent);
      world_.close(*silent, connection::master);
    }
}

// -- the supervisor
// ------------------------------------------------------------------------------------------

void master::opened() {
  if (store_ || over_)
    return;
  if (stopping_)
    return end_if_drained();
  claim_ = world_.take_data_lock();
  if (claim_ == 0) {
    ++world_.met.data_lock_waits;
    return start_failed({errc::io_error, "another process has the data"});
  }
  if (world_.data_holders() > 1)
    world_.fail("two processes have the data open");
  const store_double::listener tell{
      [this](std::uint64_t order, result<wire::welcome>&& welcome) { answer(order, welcome); },
      [this](std::uint64_t number) {
        if (auto* const stuck = world_.find(number); stuck != nullptr && !stuck->local) {
          open_.erase(number);
          store_->left(number);
          world_.close(*stuck, connection::master);
        }
      }};
  store_ = std::make_unique<store_double>(world_, process_, life_, tell);
  if (const auto started = store_->start(); !started) {
    close_store(false);
    return start_failed(started.error());
  }
  if (std::exchange(world_.last_opener, process_) != process_)
    ++world_.met.takeovers;
  has_opened_ = true;
  gate_.set_up(store_name);
  if (!first_start_)
    first_start_.emplace();
}

void master::start_failed(const error& why) {
  if (!first_start_ && world_.now() < impatient_at_) {
    gate_.set_down(store_name, why.message);
    return world_.after(first_start_interval, at_self(happening::store_restart));
  }
  if (!first_start_)
    first_start_ = tl::unexpected{why};
  retry(why.message);
}

std::optional<result<void>> master::take_first_start() {
  if (std::exchange(first_start_taken_, first_start_.has_value()))
    return std::nullopt;
  return first_start_;
}

void master::retry(const std::string& problem) {
  gate_.set_down(store_name, problem);
  world_.after(window_.ended(world_.now()), at_self(happening::store_restart));
}

void master::store_happens(const event& what) {
  if (!store_ || store_->run() != what.number)
    return;
  if (what.what == happening::store_flush)
    store_->flush();
  else if (what.what == happening::store_committed)
    store_->committed();
  else
    store_->tick();
  look_after_store();
  if (stopping_)
    end_if_drained();
}

void master::stop() {
  stopping_ = true;
  gate_.close();
  end_if_drained();
}

void master::end_if_drained() {
  if (store_ && !store_->is_idle())
    return;
  if (store_) {
    const auto run = store_->run();
    store_->sync();
    close();
    tell_of_end(run, false);
  }
  over_ = true;
}

void master::look_after_store() {
  if (!store_ || !store_->is_dead())
    return;
  const auto run = store_->run();
  const bool broken = store_->engine_is_broken();
  ++world_.met.store_deaths;
  close_store(false);
  if (broken && !world_.how.durable)
    world_.remove_data();
  tell_of_end(run, true);
  for (const auto& [number, asked] : std::exchange(questions_, {}))
    if (auto* const over = world_.find(asked.connection))
      world_.send(*over, connection::worker,
                  {.what = message::kind::welcome,
                   .number = asked.attempt,
                   .bytes = wire::encode(
                       result<wire::welcome>{fail(errc::unavailable, "the store is busy or restarting")})});
  if (stopping_)
    over_ = true;
  else
    retry("the store ended and is being restarted");
}

void master::tell_of_end(std::uint64_t run, bool died) {
  for (const auto& [number, since] : open_)
    if (auto* const over = world_.find(number))
      world_.send(*over, connection::worker,
                  {.what = message::kind::store_ended, .number = died ? 1u : 0u, .run = run, .bytes = {}});
}

void master::close_store(bool of_kernel) {
  store_.reset();
  const auto claim = std::exchange(claim_, 0);
  if (claim == 0)
    return;
  if (of_kernel)
    return world_.after(world_.random.between(0us, 500ms),
                        {.what = happening::data_lock_free, .number = claim});
  world_.free_data_lock(claim);
}

void master::killed() {
  close_store(true);
  lose_what_is_not_durable();
}

void master::close() {
  close_store(false);
  lose_what_is_not_durable();
}

void master::lose_what_is_not_durable() {
  if (has_opened_ && !world_.how.durable)
    world_.remove_data();
}

} // namespace cluster_store::simulation
