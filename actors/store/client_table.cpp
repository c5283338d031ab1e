#include <cluster_store/actors/store/client_table.hpp>
#include <cluster_store/actors/wire/results.hpp>

#include <algorithm>
#include <cassert>
#include <functional>
#include <utility>

namespace cluster_store::actors {

namespace {

constexpr std::chrono::seconds expiry_check_interval{30};

/// Evicted at once where there is no room for another client: one of so many that are known.
constexpr std::size_t evicted_part = 64;

std::size_t memory_of(const client_state::remembered& result) {
  return sizeof result + result.bytes.size();
}

std::optional<std::string_view> find_result(const auto& results, std::uint64_t seq) {
  const auto at = std::ranges::lower_bound(results, seq, {}, &client_state::remembered::seq);
  if (at == results.end() || at->seq != seq)
    return std::nullopt;
  return at->bytes;
}

} // namespace

std::optional<std::string_view> client_state::recall(std::uint64_t seq) const {
  return seq > last_applied ? find_result(staged, seq) : find_result(results, seq);
}

result<void> client_table::load(const std::vector<backends::client_row>& rows, std::uint64_t last_ticket,
                                steady_time now) {
  const backends::invariants::at_end checked{*this};
  for (const auto& row : rows) {
    auto& client = clients_.try_emplace(row.client, row.client).first->second;
    client.silent_since = now;
    client.last_ticket = last_ticket;
    client.rows.push_back(row.number);
    client.last_applied = row.number;
    for (std::string_view rest = row.value; !rest.empty();) {
      const auto before = rest;
      const auto item = wire::take_result(rest);
      if (!item)
        return fail(errc::corrupt,
                    "row " + std::to_string(row.number)
                        + " of the client table is not readable: restore the store from a backup");
      client.results.push_back({item->seq, std::string{before.substr(0, before.size() - rest.size())}});
      results_bytes_ += memory_of(client.results.back());
    }
  }
  return {};
}

result<client_table::granted> client_table::grant(backends::client_id who, std::uint64_t ticket,
                                                  rights allowed) {
  assert(ticket != 0 && erased_.empty());
  const backends::invariants::at_end checked{*this};
  auto at = clients_.find(who);
  const auto known = at != clients_.end();
  if (!known) {
    if (clients_.size() - marked_leaving_.size() >= limits_.clients_max)
      evict_most_silent(limits_.clients_max / evicted_part + 1);
    if (clients_.size() - marked_leaving_.size() >= limits_.clients_max)
      return fail(errc::overloaded, "the store already knows " + std::to_string(clients_.size())
                                        + " clients, all of them connected: try again when some have left");
    at = clients_.try_emplace(who, who).first;
  }
  auto& client = at->second;
  client.ticket = client.last_ticket = ticket;
  client.allowed = allowed;
  if (std::exchange(client.leaving, false))
    std::erase(marked_leaving_, &client);
  client.silent_since.reset();
  return granted{&client, known};
}

client_state* client_table::find(backends::client_id who, std::uint64_t ticket) {
  const auto at = clients_.find(who);
  return at == clients_.end() || ticket == 0 || at->second.ticket != ticket ? nullptr : &at->second;
}

void client_table::pop_result(client_state& client) {
  results_bytes_ -= memory_of(client.results.front());
  client.results.pop_front();
}

void client_table::received(client_state& client, std::uint64_t floor) {
  client.floor = std::max(client.floor, floor);
  while (!client.results.empty() && client.results.front().seq < client.floor)
    pop_result(client);
}

void client_table::left(backends::client_id who, std::uint64_t ticket, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (auto* client = find(who, ticket)) {
    client->ticket = 0;
    client->silent_since = now;
    if (client->rows.empty() && client->staged.empty() && client->queue.size() == 0)
      clients_.erase(who);
  }
}

void client_table::said_bye(client_state& client) {
  assert(!client.leaving);
  const backends::invariants::at_end checked{*this};
  client.ticket = 0;
  client.leaving = true;
  marked_leaving_.push_back(&client);
}

/// Whoever it is may come again: its ticket says then that its record is gone.
void client_table::evict(client_state& client) {
  forgotten_ticket_ = std::max(forgotten_ticket_, client.last_ticket);
  said_bye(client);
}

void client_table::evict_most_silent(std::size_t count) {
  std::vector<client_state*> silent;
  for (auto& [id, client] : clients_)
    if (client.silent_since && !client.leaving)
      silent.push_back(&client);
  count = std::min(count, silent.size());
  std::ranges::partial_sort(silent, silent.begin() + static_cast<std::ptrdiff_t>(count), {},
                            &client_state::silent_since);
  silent.resize(count);
  for (auto* client : silent)
    evict(*client);
}

void client_table::expire(steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (results_bytes_ > limits_.results_bytes_max)
    evict_most_silent(clients_.size() / evicted_part + 1);
  if (now < next_expiry_check_)
    return;
  next_expiry_check_ = now + expiry_check_interval;
  for (auto& [id, client] : clients_)
    if (!client.leaving && client.silent_since && now - *client.silent_since >= limits_.retention)
      evict(client);
}

void client_table::stage(client_state& client, std::uint64_t seq, std::string_view coded_result) {
  assert(seq > client.highest());
  const backends::invariants::at_end checked{*this};
  if (client.staged.empty())
    active_.push_back(&client);
  client.staged.push_back({seq, std::string{coded_result}});
  assert(client.highest() == seq);
}

std::uint64_t client_table::floor_of(const client_state& client) const {
  if (client.results.size() <= limits_.results_max)
    return client.floor;
  return std::max(client.floor, client.results[client.results.size() - limits_.results_max].seq);
}

void client_table::prepare_rows(const client_state& client, backends::commit& out) const {
  const auto floor = floor_of(client);
  const auto kept = std::lower_bound(client.rows.begin(), client.rows.end(), floor);
  if (kept != client.rows.begin())
    out.client_erases.push_back({client.id, *std::prev(kept)});
  backends::client_row row{client.id, client.staged.back().seq, {}};
  for (const auto& each : client.staged)
    row.value += each.bytes;
  out.client_rows.push_back(std::move(row));
}

void client_table::prepare(backends::commit& out) {
  const backends::invariants::at_end checked{*this};
  for (const auto* client : active_)
    prepare_rows(*client, out);
  std::erase_if(marked_leaving_, [this, &out](client_state* client) {
    if (client->queue.size() != 0 || !client->staged.empty())
      return false;
    if (!client->rows.empty())
      out.client_erases.push_back({client->id, UINT64_MAX});
    erased_.push_back(client);
    return true;
  });
}

void client_table::settle(client_state& client) {
  const auto floor = floor_of(client);
  client.rows.erase(client.rows.begin(), std::lower_bound(client.rows.begin(), client.rows.end(), floor));
  client.last_applied = client.highest();
  client.rows.push_back(client.last_applied);
  for (auto& each : client.staged) {
    results_bytes_ += memory_of(each);
    client.results.push_back(std::move(each));
  }
  client.staged.clear();
  while (!client.results.empty() && client.results.front().seq < floor)
    pop_result(client);
}

void client_table::committed() {
  const backends::invariants::at_end checked{*this};
  for (auto* client : active_)
    settle(*client);
  active_.clear();
  for (auto* client : erased_) {
    while (!client->results.empty())
      pop_result(*client);
    clients_.erase(backends::client_id{client->id});
  }
  erased_.clear();
}

void client_table::aborted() {
  const backends::invariants::at_end checked{*this};
  for (auto* client : active_)
    client->staged.clear();
  active_.clear();
  marked_leaving_.insert(marked_leaving_.end(), erased_.begin(), erased_.end());
  erased_.clear();
}

void client_table::check([[maybe_unused]] const client_state& client) {
  [[maybe_unused]] const auto rises = [](const auto& list) {
    return std::ranges::adjacent_find(list, std::greater_equal<>{}, &client_state::remembered::seq)
           == list.end();
  };
  // Results stand by rising number, those of the commit that is prepared behind those that are committed, so
  // that each is found and none is applied again.
  assert(rises(client.results) && rises(client.staged));
  assert(client.results.empty() || client.results.back().seq <= client.last_applied);
  assert(client.staged.empty() || client.last_applied < client.staged.front().seq);
  // The backend has a row that says how far the client has come, and no row beyond it. What is remembered
  // here is there, too.
  assert(std::ranges::adjacent_find(client.rows, std::greater_equal<>{}) == client.rows.end());
  assert(client.rows.empty() ? client.last_applied == 0 : client.rows.back() == client.last_applied);
  // A client is connected and has a ticket, or is silent since some time, or leaves.
  assert((client.ticket != 0) == (!client.silent_since && !client.leaving));
  assert(client.ticket <= client.last_ticket);
  // The number 0 is nobody's, so every smaller one than 1 has been received.
  assert(client.floor >= 1);
}

/// @returns how much it looked at.
std::size_t client_table::check_invariants() const {
  using list = std::vector<const client_state*>;
  [[maybe_unused]] const auto same = [](list left, list right) {
    std::ranges::sort(left);
    std::ranges::sort(right);
    return left == right;
  };
  std::size_t looked = clients_.size();
  std::size_t bytes = 0;
  list active;
  list leaving;
  for (const auto& [id, client] : clients_) {
    assert(id == client.id);
    check(client);
    for (const auto& result : client.results)
      bytes += memory_of(result);
    looked += client.results.size() + client.staged.size() + client.rows.size();
    if (!client.staged.empty())
      active.push_back(&client);
    if (client.leaving)
      leaving.push_back(&client);
  }
  // What the results take is counted.
  assert(bytes == results_bytes_);
  // Who has staged results is active, and nobody else: no one who is forgotten, and no one twice.
  assert(same(active, {active_.begin(), active_.end()}));
  // Who leaves is either marked or about to be erased, once.
  list marked{marked_leaving_.begin(), marked_leaving_.end()};
  marked.insert(marked.end(), erased_.begin(), erased_.end());
  assert(same(leaving, marked));
  // Nobody goes before all answers to him went.
  assert(std::ranges::all_of(
      erased_, [](const auto* client) { return client->queue.size() == 0 && client->staged.empty(); }));
  return looked;
}

} // namespace cluster_store::actors
