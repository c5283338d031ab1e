#include <cluster_store/actors/store/flow_control.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

#include <cluster_store/actors/wire/wire.hpp>

namespace cluster_store::actors {

namespace {

/// No operation is longer, whatever a client says: the largest session, its id and what belongs to them.
constexpr std::size_t operation_bytes_max = 17 * 1024 * 1024;

/// So much has passed where what it needed is worth giving back, and so little passes in a second where
/// hardly anything is needed.
constexpr std::uint64_t worth_returning_bytes = 16 * 1024 * 1024;
constexpr std::uint64_t resting_bytes = 1024 * 1024;

} // namespace

// -- the connection

void flow_control::begin(client_state& client, std::size_t window) {
  forget(client);
  const backends::invariants::at_end checked{*this};
  auto& flow = client.flow;
  flow = {};
  flow.open = true;
  flow.window = window;
  flow.granted = limits_.own_bytes;
  flow.progress = ticks_;
  open_.push_back(&client);
}

void flow_control::forget(client_state& client) {
  const backends::invariants::at_end checked{*this};
  if (!client.flow.open)
    return;
  requests_lent_ -= client.flow.request_loan;
  set_answer_loan(client.flow, 0);
  passed_ += 2 * limits_.own_bytes; // its connection held about so much
  for (auto* list : {&wanting_, &roomless_})
    std::erase(*list, &client);
  for (auto* list : {&staged_, &roomy_, &news_, &open_})
    std::erase(*list, &client);
  client.flow = {};
  lend_to_waiting();
  wake_waiting();
}

// -- operations

bool flow_control::came(client_state& client, std::size_t bytes) {
  const backends::invariants::at_end checked{*this};
  auto& flow = client.flow;
  if (bytes > flow.granted - flow.came)
    return false;
  flow.came += bytes;
  passed_ += bytes;
  return true;
}

void flow_control::repay(client_flow& flow, std::size_t bytes) noexcept {
  const auto repaid = std::min(flow.request_loan, bytes);
  flow.request_loan -= repaid;
  requests_lent_ -= repaid;
}

void flow_control::grant(client_state& client) {
  auto& flow = client.flow;
  flow.granted = flow.settled + limits_.own_bytes + flow.request_loan;
  if (flow.told < flow.wanted && flow.told < flow.granted && !std::exchange(flow.has_news, true))
    news_.push_back(&client);
}

void flow_control::settled(client_state& client, std::size_t bytes) {
  const backends::invariants::at_end checked{*this};
  auto& flow = client.flow;
  if (!flow.open)
    return;
  flow.settled += bytes;
  assert(flow.settled <= flow.came);
  if (!wanting_.empty())
    repay(flow, bytes);
  grant(client);
  lend_to_waiting();
}

void flow_control::reported(client_state& client, const report& what) {
  const backends::invariants::at_end checked{*this};
  auto& flow = client.flow;
  flow.progress = ticks_;
  if (what.requests_returned > flow.returned) {
    const auto unsent = flow.granted - flow.came;
    const auto back = std::min(what.requests_returned - flow.returned, unsent);
    flow.returned = what.requests_returned;
    flow.came += back;
    flow.settled += back;
    repay(flow, static_cast<std::size_t>(back));
    grant(client);
    lend_to_waiting();
  }
  flow.wanted = std::max(flow.wanted, what.requests_wanted);
  if (flow.wanted > flow.granted && !flow.wants_requests && (!wanting_.empty() || !lend(client))) {
    flow.wants_requests = true;
    wanting_.push_back(&client);
  }
  if (what.answers_taken > flow.taken) {
    flow.taken = std::min(what.answers_taken, flow.answered);
    set_answer_loan(flow, loan_for(flow, 0));
    has_taken(client);
    wake_waiting();
  }
}

/// Lends what the client wants. @returns false if the budget has not so much now.
bool flow_control::lend(client_state& client) {
  auto& flow = client.flow;
  const auto wanted = static_cast<std::size_t>(
      std::min<std::uint64_t>(flow.wanted > flow.granted ? flow.wanted - flow.granted : 0,
                              std::max(limits_.requests_bytes_max, operation_bytes_max)));
  if (requests_lent_ > flow.request_loan && requests_lent_ + wanted > limits_.requests_bytes_max)
    return false;
  flow.request_loan += wanted;
  requests_lent_ += wanted;
  grant(client);
  return true;
}

void flow_control::lend_to_waiting() {
  while (!wanting_.empty() && lend(*wanting_.front())) {
    wanting_.front()->flow.wants_requests = false;
    wanting_.pop_front();
  }
}

// -- answers

bool flow_control::may_borrow(const client_flow& flow, std::size_t loan) const noexcept {
  const auto others = answers_lent_ - flow.answer_loan;
  return loan <= flow.answer_loan || others == 0 || others + loan <= limits_.answers_bytes_max;
}

void flow_control::set_answer_loan(client_flow& flow, std::size_t loan) noexcept {
  answers_lent_ = answers_lent_ - flow.answer_loan + loan;
  flow.answer_loan = loan;
}

/// One answer always fits, so that every session can be read: little that was not taken need not have been
/// reported.
bool flow_control::fits_window(const client_flow& flow, std::size_t bytes) noexcept {
  return flow.unread() < wire::unreported_bytes_max || flow.unread() + bytes <= flow.window;
}

bool flow_control::has_borrowed_room(client_state& client, std::size_t bytes) {
  auto& flow = client.flow;
  const auto loan = loan_for(flow, bytes);
  if (!flow.open)
    return true;
  const bool fits = fits_window(flow, bytes);
  if (fits && (loan <= flow.answer_loan || (roomless_.empty() && may_borrow(flow, loan))))
    return true;
  const backends::invariants::at_end checked{*this};
  flow.needs = bytes;
  flow.waits_for_room = true;
  if (fits && !std::exchange(flow.waits_for_loan, true))
    roomless_.push_back(&client);
  return false;
}

void flow_control::committed() {
  const backends::invariants::at_end checked{*this};
  for (auto* client : staged_) {
    passed_ += client->flow.staged;
    client->flow.answered += std::exchange(client->flow.staged, 0);
  }
  staged_.clear();
}

void flow_control::aborted() {
  const backends::invariants::at_end checked{*this};
  for (auto* client : staged_) {
    client->flow.staged = 0;
    set_answer_loan(client->flow, loan_for(client->flow, 0));
    has_taken(*client);
  }
  staged_.clear();
  wake_waiting();
}

/// Who waited for himself goes on, or waits for a loan from now on. Who needs none goes before those who do.
void flow_control::has_taken(client_state& client) {
  auto& flow = client.flow;
  if (!flow.waits_for_room || !fits_window(flow, flow.needs))
    return;
  if (loan_for(flow, flow.needs) > 0) {
    if (!std::exchange(flow.waits_for_loan, true))
      roomless_.push_back(&client);
    return;
  }
  if (std::exchange(flow.waits_for_loan, false))
    std::erase(roomless_, &client);
  flow.waits_for_room = false;
  roomy_.push_back(&client);
}

void flow_control::wake_waiting() {
  while (!roomless_.empty()) {
    auto& client = *roomless_.front();
    if (!may_borrow(client.flow, loan_for(client.flow, client.flow.needs)))
      return;
    client.flow.waits_for_room = client.flow.waits_for_loan = false;
    roomless_.pop_front();
    roomy_.push_back(&client);
  }
}

// -- what follows

std::vector<client_state*> flow_control::take_roomy() {
  return std::exchange(roomy_, {});
}

std::vector<client_state*> flow_control::take_news() {
  for (auto* client : news_)
    client->flow.has_news = false;
  return std::exchange(news_, {});
}

std::uint64_t flow_control::tell(client_state& client) {
  return client.flow.told = client.flow.granted;
}

std::vector<client_state*> flow_control::tick() {
  const backends::invariants::at_end checked{*this};
  ++ticks_;
  std::vector<client_state*> stuck;
  if (wanting_.empty() && roomless_.empty())
    return stuck;
  for (auto* client : open_) {
    const auto& flow = client->flow;
    const bool holds = (!roomless_.empty() && flow.answer_loan > 0)
                       || (!wanting_.empty() && flow.granted - flow.came > limits_.own_bytes);
    if (holds && ticks_ - flow.progress >= limits_.patience_ticks)
      stuck.push_back(client);
  }
  return stuck;
}

bool flow_control::comes_to_rest() {
  const bool rests = passed_ - std::exchange(passed_by_tick_, passed_) < resting_bytes
                     && passed_ - passed_by_rest_ >= worth_returning_bytes;
  if (rests)
    passed_by_rest_ = passed_;
  return rests;
}

/// @returns how many clients it looked at.
std::size_t flow_control::check_invariants() const {
  std::size_t requests = 0;
  std::size_t answers = 0;
  for (const auto* client : open_) {
    const auto& flow = client->flow;
    assert(flow.open);
    requests += flow.request_loan;
    answers += flow.answer_loan;
    // What came was granted, and is answered at most once; what was granted is what was answered, what is the
    // client's own, and what is lent.
    assert(flow.settled <= flow.came && flow.came <= flow.granted && flow.told <= flow.granted);
    assert(flow.granted == flow.settled + limits_.own_bytes + flow.request_loan);
    assert(flow.taken <= flow.answered);
    // Answers that were not taken are in the client's own room or borrowed.
    assert(flow.answer_loan >= loan_for(flow, 0));
  }
  // Who waits, waits once.
  assert(std::all_of(wanting_.begin(), wanting_.end(),
                     [](const auto* each) { return each->flow.open && each->flow.wants_requests; }));
  assert(std::all_of(roomless_.begin(), roomless_.end(),
                     [](const auto* each) { return each->flow.open && each->flow.waits_for_loan; }));
  // What is lent is what was borrowed.
  assert(requests == requests_lent_ && answers == answers_lent_);
  return open_.size() + wanting_.size() + roomless_.size();
}

} // namespace cluster_store::actors
