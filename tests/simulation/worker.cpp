#include <cluster_store/tests/simulation/worker.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include <cluster_store/actors/wire/results.hpp>

namespace cluster_store::simulation {

using namespace std::chrono_literals;

namespace {

// As in actors/proxy/actor.cpp.
constexpr std::chrono::seconds hello_timeout{7};

/// What the door gives an attempt to prove itself.
constexpr std::chrono::seconds connect_timeout{5};

actors::proxy_core::settings settings_of(world& where) {
  actors::proxy_core::settings out;
  out.timeout = where.how.timeout;
  out.queue = where.how.queue;
  out.random = [&random = where.random] { return random.bits(); };
  return out;
}

} // namespace

worker::worker(world& where, std::uint32_t process, std::uint32_t life)
    : world_(where), process_(process), life_(life), user_(where), proxy_(settings_of(where), where.now()) {
  ask_later();
}

event worker::at_self(happening what, std::uint64_t number, std::uint64_t other) const {
  return {.what = what, .process = process_, .life = life_, .number = number, .other = other};
}

connection* worker::gate() {
  return gate_ == 0 ? nullptr : world_.find(gate_);
}

// -- one turn
// -----------------------------------------------------------------------------------------------

template <class Input>
void worker::turn(Input&& input) {
  input(proxy_);
  proxy_.flush(world_.now());
  for (auto& each : proxy_.take_effects())
    std::visit([this](auto& what) { perform(what); }, each);
  arm_timers();
  if (user_.open() == 0)
    ask_later();
}

void worker::run_link() {
  if (!link_)
    return;
  for (auto& each : link_->take_effects())
    std::visit([this](auto& what) { perform(what); }, each);
  arm_timers();
}

void worker::arm_timers() {
  const auto arm = [&](const std::optional<steady_time>& due, std::optional<steady_time>& armed,
                       happening what) {
    if (!due || (armed && *armed <= *due))
      return;
    armed = due;
    world_.at(*due + world_.random.between(0us, 500us), at_self(what, 0, links_));
  };
  arm(proxy_.next_wakeup(), proxy_due_, happening::proxy_tick);
  if (link_)
    arm(link_->next_wakeup(), link_due_, happening::link_tick);
}

void worker::ask_later() {
  if (asks_ || world_.healing || world_.books.asked() >= world_.how.operations)
    return;
  asks_ = true;
  world_.after(world_.random.between(0us, world_.how.think) + 1us, at_self(happening::issue));
}

void worker::happens(const event& what) {
  const auto now = world_.now();
  switch (what.what) {
  case happening::issue:
    asks_ = false;
    return turn([&](auto& proxy) { user_.ask([&](auto call) { proxy.submit(std::move(call), now); }); });
  case happening::proxy_tick:
    if (!proxy_due_ || now < *proxy_due_ || world_.how.wrong == defect::deadline_forgotten)
      return;
    proxy_due_.reset();
    return turn([&](auto& proxy) { proxy.tick(now); });
  case happening::hello_timeout:
    if (proxy_.awaits(what.number))
      turn([&](auto& proxy) {
        proxy.welcomed(what.number, fail(errc::unavailable, "the gate did not answer"), now);
      });
    return;
  case happening::link_tick:
    if (!link_ || what.other != links_ || !link_due_ || now < *link_due_)
      return;
    link_due_.reset();
    link_->tick(now);
    return run_link();
  default:
    return failed(what, "nobody answered in time");
  }
}

void worker::read_all() {
  turn([&](auto& proxy) {
    for (std::uint32_t key = 0; key < world_.how.keys; ++key)
      proxy.submit(user_.read(key), world_.now());
  });
}

void worker::check() const {
  backends::invariants::check(proxy_);
  if (link_)
    backends::invariants::check(*link_);
}

// -- where the master is
// -------------------------------------------------------------------------------------

void worker::follow(bool with_role) {
  with_role_ = with_role;
  link_.emplace([&random = world_.random] { return random.bits(); });
  ++links_;
  link_due_.reset();
  link_->start();
  run_link();
}

void worker::follow_nobody() {
  if (!link_)
    return;
  link_->stop();
  run_link();
  link_.reset();
  news_.clear(); // a link that was left may still have said something
}

void worker::way_up(connection* own) {
  gate_ = own != nullptr ? own->number : link_connection_;
  if (auto* const over = gate())
    turn([&](auto& proxy) { proxy.link_up(over->pass, world_.now()); });
}

void worker::way_down(const error& why) {
  gate_ = 0;
  turn([&](auto& proxy) { proxy.link_down(why, world_.now()); });
}

void worker::connected(const event& attempt, connection& made) {
  if (!link_ || attempt.other != links_ || !link_->awaits(attempt.number))
    return world_.close(made, connection::worker);
  made.attempt = attempt.number;
  link_connection_ = made.number;
  link_->connected(attempt.number, world_.now());
  run_link();
}

void worker::failed(const event& attempt, const std::string& why) {
  if (!link_ || attempt.other != links_)
    return;
  link_->failed(attempt.number, {errc::unavailable, why}, world_.now());
  run_link();
}

/// The link and the proxy hear of it separately, in any order.
void worker::ended(const connection& what) {
  if (what.number != link_connection_)
    return;
  const bool proxy_first = world_.random.happens(500);
  if (proxy_first)
    lose_store(false);
  if (link_) {
    link_->lost({errc::unavailable, "the connection to the master was lost"}, world_.now());
    run_link();
  }
  if (!proxy_first)
    lose_store(false);
}

void worker::lose_store(bool died) {
  if (std::exchange(store_, 0) == 0)
    return;
  if (died)
    user_.heard_of_death();
  turn([&](auto& proxy) { proxy.store_lost(died, world_.now()); });
}

// -- what the link asks for
// ----------------------------------------------------------------------------------

void worker::perform(actors::open_connection& what) {
  world_.after(world_.random.between(10us, world_.how.delay_max * 2),
               at_self(happening::link_outcome, what.attempt, links_));
  world_.after(connect_timeout, at_self(happening::link_timeout, what.attempt, links_));
}

void worker::perform(actors::close_connection&) {
  if (auto* const over = world_.find(std::exchange(link_connection_, 0)))
    world_.close(*over, connection::worker);
}

void worker::perform(actors::send_beat& what) {
  if (auto* const over = world_.find(link_connection_))
    world_.send(*over, connection::master,
                {.what = message::kind::beat, .number = what.attempt, .bytes = {}});
}

void worker::perform(actors::announce_up&) {
  if (with_role_)
    news_.emplace_back(std::nullopt);
  else
    way_up(nullptr);
}

void worker::perform(actors::announce_down& what) {
  if (with_role_)
    news_.emplace_back(what.reason);
  else
    way_down(what.reason);
}

// -- what the proxy asks for
// ---------------------------------------------------------------------------------

void worker::perform(actors::say_hello& what) {
  auto* const over = gate();
  if (over == nullptr)
    return;
  world_.after(hello_timeout, at_self(happening::hello_timeout, what.attempt));
  world_.send(*over, connection::master,
              {.what = message::kind::hello, .number = what.attempt, .bytes = std::move(what.bytes)});
}

void worker::perform(actors::send_batch& what) {
  watch(what.bytes);
  if (auto* const over = gate(); over != nullptr && store_ != 0)
    world_.send(*over, connection::master,
                {.what = message::kind::batch, .run = store_, .bytes = std::move(what.bytes)});
}

void worker::perform(actors::say_bye& what) {
  ++world_.met.new_clients;
  if (auto* const over = gate(); over != nullptr && store_ != 0)
    world_.send(*over, connection::master,
                {.what = message::kind::bye, .run = store_, .bytes = std::move(what.bytes)});
}

void worker::perform(actors::connected&) {
  if (std::exchange(told_connected_, true))
    world_.fail("a program is told twice in a row that it is connected");
}

void worker::perform(actors::disconnected&) {
  if (world_.how.wrong == defect::disconnect_not_told && world_.random.happens(300))
    return;
  if (!std::exchange(told_connected_, false))
    world_.fail("a program is told that it is disconnected, and it was not connected");
}

void worker::perform(actors::attempt_failed&) {}

/// Numbers of a client rise, and no more is sent than was granted.
void worker::watch(std::string& batch) {
  auto in = wire::batch_reader::open(batch);
  if (!in)
    return world_.fail("a proxy sent a batch that is not readable");
  const auto head = in->head();
  if (std::exchange(client_, head.client) != head.client)
    sent_seq_ = 0;
  flow_.sent += in->operation_bytes();
  if (flow_.sent + head.requests_returned > flow_.granted)
    world_.fail("a proxy sent more than it was granted");
  wire::batch_writer renumbered{head};
  std::uint64_t last = 0;
  bool resent = false;
  for (auto next = in->next(); next && *next; next = in->next()) {
    if ((*next)->seq <= last)
      world_.fail("the numbers of a batch do not rise");
    last = (*next)->seq;
    if (last <= sent_seq_) {
      resent = true;
      ++world_.met.resends;
      (*next)->seq += 1'000'000;
    }
    if (world_.how.wrong == defect::renumbered_resend)
      renumbered.add(**next);
  }
  sent_seq_ = std::max(sent_seq_, last);
  if (resent && world_.how.wrong == defect::renumbered_resend)
    batch = std::move(renumbered).take();
}

// -- what arrives
// --------------------------------------------------------------------------------------------

void worker::take(connection& over, message&& what) {
  switch (what.what) {
  case message::kind::welcome:
    return welcomed(what);
  case message::kind::results:
    return results(what);
  case message::kind::beat_answer:
    if (link_ && over.number == link_connection_)
      link_->beat_answered(what.number);
    return;
  case message::kind::store_ended:
    if (what.run == store_)
      lose_store(what.number != 0);
    return;
  default:
    return world_.fail("a worker got a message that is for masters");
  }
}

void worker::welcomed(const message& what) {
  if (!proxy_.awaits(what.number))
    return;
  auto welcome = wire::decode_welcome(what.bytes);
  if (welcome && what.run == 0)
    welcome = fail(errc::unavailable, "the welcome names no store actor");
  if (welcome) {
    store_ = what.run;
    flow_ = {welcome->requests_granted, 0};
    if (!welcome->known && ticket_ != 0 && ticket_ <= welcome->forgotten_ticket)
      user_.heard_of_other_data(); // it was forgotten, perhaps with something applied
    ticket_ = welcome->ticket;
    if (const auto former = std::exchange(incarnation_, welcome->incarnation);
        former && *former != welcome->incarnation)
      user_.heard_of_other_data();
  }
  turn([&](auto& proxy) { proxy.welcomed(what.number, std::move(welcome), world_.now()); });
}

void worker::results(message& what) {
  std::string_view rest{what.bytes};
  if (const auto head = wire::take_results_head(rest); head && !head->refusal) {
    if (head->ticket == ticket_)
      flow_.granted = std::max(flow_.granted, head->requests_granted);
    if (world_.how.wrong == defect::window_ignored)
      wire::set_requests_granted(head->requests_granted * 4, what.bytes);
  }
  turn([&](auto& proxy) { proxy.results(what.bytes, world_.now()); });
}

} // namespace cluster_store::simulation
