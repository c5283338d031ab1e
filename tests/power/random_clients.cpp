#include <cluster_store/tests/power/random_clients.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <cluster_store/tests/support/catch.hpp>

namespace cluster_store::tests {
namespace {

constexpr std::uint64_t recorded_sessions = 30;
constexpr std::uint64_t free_sessions = 60;
constexpr std::uint64_t padding_bytes_max = 3'000;

} // namespace

numbered_operation random_clients::pending::operation(std::uint64_t seq) const {
  if (moves)
    return again(regenerate(id, target), seq);
  switch (what) {
  case action::set:
    return again(set(id, data, ttl, when), seq);
  case action::touch:
    return again(touch(id, ttl), seq);
  case action::destroy:
    return again(destroy(id), seq);
  default:
    return again(get(id), seq);
  }
}

random_clients::random_clients(std::size_t count, std::uint64_t seed) : clients_(count), random_(seed) {
  for (auto& each : clients_)
    rename(each);
}

std::uint64_t random_clients::below(std::uint64_t limit) {
  return random_() % limit;
}

void random_clients::rename(client& who) {
  for (auto& byte : who.id.bytes)
    byte = static_cast<std::uint8_t>(random_());
  who.seq = 0;
}

void random_clients::greet(actors::store_core& store) {
  for (auto& each : clients_) {
    each.ticket = store.grant(each.id, actors::rights::operate, 1u << 20).value().ticket;
    resent_ += static_cast<std::size_t>(std::ranges::count_if(
        each.unanswered, [](const auto& one) { return one.second.operation(0).is().changes; }));
    submit(store, each, 0);
  }
}

void random_clients::send(actors::store_core& store) {
  for (std::uint32_t worker = 0; worker < clients_.size(); ++worker) {
    auto& each = clients_[worker];
    if (each.unanswered.empty() && below(50) == 0) {
      store.said_bye({each.id, each.ticket});
      rename(each);
      each.ticket = store.grant(each.id, actors::rights::operate, 1u << 20).value().ticket;
    }
    const auto first = each.seq + 1;
    for (auto count = below(7); count > 0; --count)
      each.unanswered.emplace(++each.seq, random_operation(worker));
    submit(store, each, first);
  }
}

void random_clients::send_reads(actors::store_core& store) {
  auto& reader = clients_.front();
  const auto first = reader.seq + 1;
  for (std::uint64_t number = 0; number < recorded_sessions; ++number) {
    pending what;
    what.id = "recorded " + std::to_string(number);
    what.call = record(0, what, 0);
    reader.unanswered.emplace(++reader.seq, std::move(what));
  }
  submit(store, reader, first);
}

/// Sends what is unanswered from the number `from` on.
void random_clients::submit(actors::store_core& store, client& who, std::uint64_t from) {
  const auto floor = who.unanswered.empty() ? who.seq + 1 : who.unanswered.begin()->first;
  wire::batch_writer batch{{who.id, who.ticket, floor}};
  for (auto at = who.unanswered.lower_bound(from); at != who.unanswered.end(); ++at)
    add(batch, at->second.operation(at->first));
  REQUIRE_FALSE(store.submit(std::move(batch).take()));
}

random_clients::pending random_clients::random_operation(std::uint32_t worker) {
  return below(3) == 0 ? free_operation() : recorded_operation(worker);
}

random_clients::pending random_clients::recorded_operation(std::uint32_t worker) {
  pending made;
  made.id = "recorded " + std::to_string(below(recorded_sessions));
  const auto dice = below(100);
  made.what = dice < 25 ? action::get : dice < 80 ? action::set : dice < 88 ? action::touch : action::destroy;
  std::uint64_t value = 0;
  if (made.what == action::set) {
    value = ++last_value_;
    made.data = std::to_string(value) + ":" + std::string(below(padding_bytes_max), 'x');
  }
  if (dice >= 25 && dice < 45) { // on what was seen last, or on absence
    const auto seen = versions_.find(made.id);
    made.when = {condition::kind::if_version, seen == versions_.end() || below(4) == 0 ? 0 : seen->second};
  }
  if (made.what == action::touch)
    made.ttl = std::chrono::hours{1'000'000};
  made.call = record(worker, made, value);
  return made;
}

random_clients::pending random_clients::free_operation() {
  pending made;
  made.id = "free " + std::to_string(below(free_sessions));
  made.ttl = time_to_live{static_cast<int>(below(400))};
  const auto dice = below(10);
  made.what = dice < 6 ? action::set : dice < 7 ? action::touch : action::destroy;
  made.moves = dice >= 8;
  if (made.what == action::set)
    made.data = std::string(below(padding_bytes_max), 'y');
  if (made.moves)
    made.target = "free " + std::to_string(below(free_sessions));
  return made;
}

std::size_t random_clients::record(std::uint32_t worker, const pending& what, std::uint64_t value) {
  call made;
  made.what = what.what;
  made.how = outcome::unknown;
  made.worker = worker;
  made.seq = history_.size();
  made.id = what.id;
  made.value = value;
  if (what.when.what == condition::kind::if_version)
    made.if_version = what.when.version;
  made.invoked = ++moment_;
  history_.push_back(std::move(made));
  return history_.size() - 1;
}

void random_clients::take(const std::vector<actors::outgoing_frame>& frames) {
  for (const auto& frame : frames) {
    const auto who = std::ranges::find(clients_, frame.client, &client::id);
    if (who == clients_.end())
      continue; // it has said farewell
    std::string_view rest{frame.bytes};
    REQUIRE(wire::take_results_head(rest));
    while (!rest.empty()) {
      const auto item = wire::take_result(rest);
      REQUIRE(item);
      const auto at = who->unanswered.find(item->seq);
      REQUIRE(at != who->unanswered.end());
      settle(at->second, read_reply(item->what));
      who->unanswered.erase(at);
    }
  }
}

void random_clients::settle(const pending& what, const result<test_answer>& answer) {
  if (!what.call)
    return;
  auto& seen = history_[*what.call];
  seen.answered = ++moment_;
  if (!answer) {
    const auto code = answer.error().code;
    seen.found = code != errc::conflict;
    seen.how = !seen.found                     ? outcome::answered
               : code == errc::outcome_unknown ? outcome::unknown
                                               : outcome::unapplied;
    return;
  }
  seen.how = outcome::answered;
  seen.found = seen.what == action::set || answer->found;
  if (seen.what == action::get && seen.found)
    seen.value = std::stoull(answer->content.data);
  if (seen.what == action::set) { // no version is given out twice
    INFO("version " << answer->content.version);
    REQUIRE(given_.insert(answer->content.version).second);
  }
  if ((seen.what == action::get && seen.found) || seen.what == action::set)
    versions_[seen.id] = seen.version = answer->content.version;
}

} // namespace cluster_store::tests
