#include <cluster_store/actors/proxy/core.hpp>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace cluster_store::actors {

proxy_core::proxy_core(settings how, steady_time now)
    : settings_(std::move(how)), table_(settings_.queue), disconnected_since_(now) {
  new_client();
}

void proxy_core::new_client() {
  for (std::size_t half = 0; half < terms_.client.bytes.size(); half += sizeof(std::uint64_t)) {
    const auto bits = settings_.random();
    std::memcpy(terms_.client.bytes.data() + half, &bits, sizeof bits);
  }
  incarnation_.reset();
}

// -- operations
// ---------------------------------------------------------------------------------------------

void proxy_core::submit(std::unique_ptr<call> what, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::closed)
    return what->done(
        fail(errc::unavailable, "the handle was closed, or its server stopped; open another one"));
  if (!connected_ && settings_.unavailable_after && now - disconnected_since_ > *settings_.unavailable_after)
    return what->done(tl::unexpected<error>{unsent_error()});
  if (table_.full_for(*what))
    return what->done(
        fail(errc::overloaded, "the queue of unanswered operations is full; back off and retry"));
  table_.add(std::move(what), now + settings_.timeout);
}

void proxy_core::flush(steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ != state::ready)
    return;
  while (auto batch = table_.next_batch(terms_))
    effects_.emplace_back(send_batch{std::move(*batch)});
  if (terms_.bytes.has_urgent_news(table_.next_bytes()))
    effects_.emplace_back(send_batch{table_.report(terms_)});
  if (!report_at_ && terms_.bytes.has_news(table_.floor()))
    report_at_ = now + report_delay;
}

void proxy_core::report_if_due(steady_time now) {
  if (!report_at_ || *report_at_ > now)
    return;
  report_at_.reset();
  if (state_ != state::ready || !terms_.bytes.has_news(table_.floor()))
    return;
  terms_.bytes.give_back();
  effects_.emplace_back(send_batch{table_.report(terms_)});
}

void proxy_core::results(std::string_view bytes, steady_time now) {
  const backends::invariants::at_end checked{*this};
  const auto head = wire::take_results_head(bytes);
  if (state_ != state::ready || (head && head->ticket != terms_.ticket))
    return;
  if (!head)
    return lose({errc::unavailable, "the store sent a frame that is not readable: " + head.error().message},
                false, now);
  if (head->refusal)
    return lose({*head->refusal, "the store does not know this connection any more"}, false, now);
  terms_.bytes.grant(head->requests_granted);
  const auto taken = bytes.size();
  while (!bytes.empty()) {
    auto item = wire::take_result(bytes);
    if (!item)
      return lose(
          {errc::unavailable, "the store sent a result that is not readable: " + item.error().message}, false,
          now);
    table_.settle(item->seq, std::move(item->what));
  }
  terms_.bytes.taken(taken);
}

void proxy_core::expire(steady_time now) {
  const auto due = table_.next_deadline();
  if (due && *due <= now)
    table_.expire(now, unsent_error());
}

error proxy_core::unsent_error() const {
  if (connected_)
    return {errc::unavailable, "the store was too busy to take the operation in time; nothing was sent"};
  const auto code = is_terminal(last_failure_.code) ? last_failure_.code : errc::unavailable;
  return {code, "not connected to the store: " + last_failure_.message};
}

// -- the connection
// -----------------------------------------------------------------------------------------

void proxy_core::greet() {
  state_ = state::greeting;
  wire::hello message;
  message.pass = pass_;
  message.store = settings_.store;
  message.client = terms_.client;
  message.worker = settings_.worker;
  message.process_id = settings_.process_id;
  message.worker_number = settings_.worker_number;
  message.answers_window = settings_.queue.answers_bytes_max;
  message.administers = settings_.administers;
  message.keeps = settings_.keeps;
  if (settings_.prove)
    message.proof = settings_.prove(message);
  effects_.emplace_back(say_hello{++attempt_, wire::encode(message)});
}

void proxy_core::greet_later(steady_time now) {
  const auto delay = backoff_.next(now, settings_.random());
  if (delay.count() == 0)
    return greet();
  state_ = state::waiting;
  retry_at_ = now + delay;
}

void proxy_core::fail_attempt(error why, steady_time now) {
  last_failure_ = why;
  effects_.emplace_back(attempt_failed{std::move(why)});
  greet_later(now);
}

void proxy_core::lose(error why, bool store_died, steady_time now) {
  table_.lost(store_died);
  last_failure_ = why;
  if (connected_) {
    connected_ = false;
    disconnected_since_ = now;
    effects_.emplace_back(disconnected{std::move(why)});
  }
  greet_later(now);
}

void proxy_core::link_up(const wire::token& pass, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ != state::away)
    return;
  expire(now);
  pass_ = pass;
  greet();
}

void proxy_core::link_down(const error& why, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::closed)
    return;
  if (state_ == state::ready)
    lose(why, false, now);
  last_failure_ = why;
  // A hello that `lose` has just asked for would go nowhere.
  std::erase_if(effects_, [](const effect& what) { return std::holds_alternative<say_hello>(what); });
  effects_.emplace_back(attempt_failed{why});
  state_ = state::away;
}

void proxy_core::store_lost(bool died, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ != state::ready)
    return;
  lose({errc::unavailable,
        died ? "the store ended and is being restarted" : "the connection to the store was lost"},
       died, now);
}

// -- the welcome
// --------------------------------------------------------------------------------------------

void proxy_core::welcomed(std::uint64_t attempt, result<wire::welcome>&& answer, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (!awaits(attempt))
    return;
  expire(now);
  if (!answer)
    return fail_attempt(std::move(answer).error(), now);
  if (answer->protocol < wire::protocol_min || answer->protocol > wire::protocol_max || answer->ticket == 0)
    return fail_attempt({errc::version_mismatch, "the master's welcome makes no sense to protocol "
                                                     + std::to_string(wire::protocol_max)
                                                     + "; use the same version on both sides"},
                        now);
  if (continues(*answer))
    start(*answer, now);
  else
    start_as_new_client(*answer, now);
}

bool proxy_core::continues(const wire::welcome& answer) const {
  if (answer.last_applied >= table_.next_seq())
    return false; // somebody else's record
  if (!incarnation_)
    return true; // nothing was sent under this id yet
  return *incarnation_ == answer.incarnation && (answer.known || terms_.ticket > answer.forgotten_ticket);
}

void proxy_core::start(const wire::welcome& answer, steady_time now) {
  state_ = state::ready;
  terms_.ticket = answer.ticket;
  terms_.bytes.begin(answer.requests_granted);
  report_at_.reset();
  incarnation_ = answer.incarnation;
  terms_.in_flight_max = std::max<std::size_t>(answer.in_flight_max, 1);
  backoff_.up(now);
  if (!std::exchange(connected_, true))
    effects_.emplace_back(connected{answer.capabilities, answer.limits});
  flush(now);
}

void proxy_core::start_as_new_client(const wire::welcome& answer, steady_time now) {
  table_.give_up_sent_mutations(
      "the store's data is not what it was when this operation was sent; the operation "
      "may have been applied");
  effects_.emplace_back(say_bye{wire::encode(wire::bye{terms_.client, answer.ticket})});
  const bool first = !incarnation_;
  new_client();
  if (first)
    greet_later(now); // not twice in a row without a pause
  else
    greet();
}

// -- time and end
// -------------------------------------------------------------------------------------------

void proxy_core::tick(steady_time now) {
  const backends::invariants::at_end checked{*this};
  expire(now);
  report_if_due(now);
  if (state_ == state::waiting && retry_at_ <= now)
    greet();
}

std::optional<steady_time> proxy_core::next_wakeup() {
  auto wakeup = table_.next_deadline();
  if (state_ == state::waiting && (!wakeup || retry_at_ < *wakeup))
    wakeup = retry_at_;
  if (state_ == state::ready && report_at_ && (!wakeup || *report_at_ < *wakeup))
    wakeup = report_at_;
  return wakeup;
}

void proxy_core::close(const std::string& why) {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::closed)
    return;
  if (state_ == state::ready)
    effects_.emplace_back(say_bye{wire::encode(wire::bye{terms_.client, terms_.ticket})});
  state_ = state::closed;
  table_.close(why);
  if (std::exchange(connected_, false))
    effects_.emplace_back(disconnected{{errc::unavailable, why}});
}

// -- what always holds
// --------------------------------------------------------------------------------------

/// @returns how much it looked at.
std::size_t proxy_core::check_invariants() const {
  // Programs hear that the store can be used exactly while it welcomes this proxy.
  assert(connected_ == (state_ == state::ready));
  // Whoever is welcome has a ticket, knows whose data it is, and may send something.
  assert(state_ != state::ready || (terms_.ticket != 0 && incarnation_ && terms_.in_flight_max > 0));
  // A hello that is out has a number, so that its answer is known from answers to others.
  assert(state_ != state::greeting || attempt_ > 0);
  // Without a store to answer nothing counts as on its way; after the end nobody waits.
  assert(state_ == state::ready || table_.in_flight() == 0);
  assert(state_ != state::closed || table_.size() == 0);
  check_effects();
  return effects_.size() + backends::invariants::check(table_);
}

void proxy_core::check_effects() const {
  std::optional<bool> edge;
  for (const auto& each : effects_) {
    const bool up = std::holds_alternative<connected>(each);
    if (up || std::holds_alternative<disconnected>(each)) {
      // `connected` and `disconnected` alternate.
      assert(edge != up);
      edge = up;
    }
    // Nothing is said to a gate that there is no way to, and no hello is newer than the last.
    [[maybe_unused]] const auto* const hello = std::get_if<say_hello>(&each);
    assert(hello == nullptr || (state_ != state::away && hello->attempt <= attempt_));
  }
  // The last of them says how it is.
  assert(!edge || *edge == connected_);
}

} // namespace cluster_store::actors
