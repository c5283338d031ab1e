#include <cluster_store/actors/store/core.hpp>

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include <cluster_store/actors/store/rows.hpp>
#include <cluster_store/actors/wire/results.hpp>

namespace cluster_store::actors {

namespace {

/// Lists of operations whose memory is kept for batches to come, and the operations each has room for at
/// most.
constexpr std::size_t spare_items_max = 16;
constexpr std::size_t spare_operations_max = 1'024;

} // namespace

store_core::store_core(store_core_options how, backends::backend& engine)
    : options_(how),
      engine_(&engine),
      clients_(options_.clients),
      overlay_(engine),
      guard_(how.logout_guard, engine),
      view_({overlay_, guard_, engine, staged_, counters_, read_only_, how.ttl_default}) {}

result<void> store_core::load(const wire::token& fresh_incarnation, steady_time now) {
  const backends::invariants::at_end checked{*this};
  auto rows = engine_->system_rows(store_rows::first_key, store_rows::end_key, store_rows::rows_max);
  if (!rows)
    return tl::unexpected{rows.error()};
  auto known = store_rows::read(*rows);
  if (!known)
    return tl::unexpected{known.error()};
  if (known->incarnation) {
    incarnation_ = *known->incarnation;
  } else {
    backends::commit birth;
    birth.system_rows.push_back(store_rows::incarnation_row(fresh_incarnation));
    if (auto done = engine_->apply(birth); !done)
      return tl::unexpected{done.error()};
    incarnation_ = fresh_incarnation;
  }
  counters_ = committed_ = {known->last_version, known->sessions};
  auto clients = engine_->client_rows();
  if (!clients)
    return tl::unexpected{clients.error()};
  return clients_.load(*clients, now);
}

void store_core::drop_queue_of(client_state& client) {
  std::erase_if(queue_, [&client](const queued_batch& each) { return each.client == &client; });
  client.queued_operations = 0;
}

result<wire::welcome> store_core::grant(backends::client_id who, std::uint64_t ticket, rights allowed) {
  const backends::invariants::at_end checked{*this};
  auto granted = clients_.grant(who, ticket, allowed);
  if (!granted)
    return tl::unexpected{granted.error()};
  drop_queue_of(*granted->client);
  wire::welcome out;
  out.ticket = ticket;
  out.incarnation = incarnation_;
  out.known = granted->known;
  out.last_applied = granted->client->last_applied;
  out.capabilities = operations::all_capabilities;
  out.limits = options_.limits;
  out.in_flight_max = options_.in_flight_max;
  return out;
}

void store_core::left(backends::client_id who, std::uint64_t ticket, steady_time now) {
  const backends::invariants::at_end checked{*this};
  clients_.left(who, ticket, now);
}

void store_core::said_bye(const wire::bye& message) {
  const backends::invariants::at_end checked{*this};
  if (auto* client = clients_.find(message.client, message.ticket))
    clients_.said_bye(*client);
}

std::optional<std::string> store_core::submit(std::string bytes) {
  const backends::invariants::at_end checked{*this};
  queued_batch batch{nullptr, std::make_unique<std::string>(std::move(bytes)), {}};
  auto in = wire::batch_reader::open(*batch.bytes);
  if (!in)
    return std::nullopt; // there is no ticket to answer to
  batch.client = clients_.find(in->head().client, in->head().ticket);
  if (batch.client == nullptr) {
    std::string refusal;
    wire::append_results_head({in->head().ticket, errc::unavailable}, refusal);
    return refusal;
  }
  batch.client->floor = std::max(batch.client->floor, in->head().floor);
  if (!spare_items_.empty()) {
    batch.items = std::move(spare_items_.back());
    spare_items_.pop_back();
  }
  for (auto item = in->next(); item && *item; item = in->next()) {
    auto& kept = batch.items.emplace_back();
    read(**item, *batch.client, kept);
    if (++batch.client->queued_operations > options_.in_flight_max)
      kept.what = fail(errc::overloaded, "this client has more than " + std::to_string(options_.in_flight_max)
                                             + " unanswered operations: wait for answers");
  }
  if (!batch.items.empty())
    queue_.push_back(std::move(batch));
  return std::nullopt;
}

bool store_core::prepare(wall_time now) {
  assert(group_ == group_kind::none || must_restart_);
  const backends::invariants::at_end checked{*this};
  if (must_restart_)
    return false;
  if (std::exchange(probe_wanted_, false))
    return prepare_probe();
  if (sweep_wanted_ && (sweep_turn_ || queue_.empty()) && prepare_sweep(now))
    return true;
  return (!queue_.empty() || (clients_.has_leavers() && !read_only_)) && prepare_operations(now);
}

void store_core::settle_batches() {
  while (!queue_.empty() && queue_.front().executed > 0) {
    auto& batch = queue_.front();
    operations_ += batch.executed;
    batch.client->queued_operations -= batch.executed;
    if (batch.executed < batch.items.size()) {
      batch.items.erase(batch.items.begin(),
                        batch.items.begin() + static_cast<std::ptrdiff_t>(batch.executed));
      batch.executed = 0;
      return;
    }
    batch.items.clear();
    if (spare_items_.size() < spare_items_max && batch.items.capacity() <= spare_operations_max)
      spare_items_.push_back(std::move(batch.items));
    queue_.pop_front();
  }
}

/// Mutations of the group fail; reads stay queued and see the store as it was.
void store_core::answer_aborted(const error& why) {
  replies_.discard();
  for (auto& batch : queue_) {
    const auto executed = batch.items.begin() + static_cast<std::ptrdiff_t>(std::exchange(batch.executed, 0));
    auto& client = *batch.client;
    const auto kept = std::remove_if(batch.items.begin(), executed, [&](const queued_operation& item) {
      if (!item.what || !operations::description_of(*item.what).changes || item.seq <= client.last_applied)
        return false;
      answer_failure(client, item.seq, why);
      --client.queued_operations;
      ++operations_;
      return true;
    });
    batch.items.erase(kept, executed);
  }
  std::erase_if(queue_, [](const queued_batch& batch) { return batch.items.empty(); });
}

void store_core::end_group() {
  overlay_.clear();
  guard_.end_group();
  staged_.reset();
  group_ = group_kind::none;
  group_batch_ = group_operations_ = 0;
  group_ends_ = false;
}

std::vector<outgoing_frame> store_core::end(const verdict* engine_said) {
  assert(group_ != group_kind::none && (engine_said || staged_.empty()));
  const backends::invariants::at_end checked{*this};
  if (must_restart_)
    return {};
  if (engine_said
      && (!*engine_said || !std::all_of((*engine_said)->begin(), (*engine_said)->end(), [](const auto& each) {
           return each.has_value();
         }))) {
    must_restart_ = *engine_said || engine_said->error().code == errc::outcome_unknown || engine_->broken();
    if (must_restart_)
      return {};
    read_only_ = engine_said->error();
    clients_.aborted();
    counters_ = committed_;
    answer_aborted(*read_only_);
    auto frames = replies_.take();
    end_group();
    return frames;
  }
  if (group_ == group_kind::probe)
    read_only_.reset();
  commits_ += engine_said ? 1 : 0;
  committed_ = counters_;
  auto frames = replies_.take();
  settle_batches();
  clients_.committed();
  end_group();
  return frames;
}

void store_core::tick(steady_time now) {
  const backends::invariants::at_end checked{*this};
  clients_.expire(now);
  probe_wanted_ = read_only_.has_value();
  sweep_wanted_ = !read_only_;
}

store_core_figures store_core::figures() const {
  return {static_cast<std::uint64_t>(std::max<std::int64_t>(0, committed_.sessions)), clients_.size(),
          operations_, commits_};
}

/// @returns how much it looked at.
std::size_t store_core::check_invariants() const {
  check_group();
  backends::invariants::check(guard_);
  return check_queue() + backends::invariants::check(clients_) + backends::invariants::check(overlay_)
         + backends::invariants::check(replies_);
}

/// @returns how many batches it looked at.
std::size_t store_core::check_queue() const {
  std::map<const client_state*, std::size_t> operations;
  for (const auto& batch : queue_) {
    // A batch that waits has something to execute.
    assert(!batch.items.empty() && batch.executed <= batch.items.size());
    operations[batch.client] += batch.items.size();
  }
  // Every client is counted as many operations as it has in the queue: at a wrong count it would be
  // refused, or never forgotten.
  for ([[maybe_unused]] const auto& [client, count] : operations)
    assert(client->queued_operations == count);
  // What keeps its memory for batches to come is bounded and empty.
  assert(spare_items_.size() <= spare_items_max);
  assert(
      std::all_of(spare_items_.begin(), spare_items_.end(), [](const auto& each) { return each.empty(); }));
  return queue_.size() + operations.size();
}

void store_core::check_group() const {
  if (must_restart_)
    return; // nobody is answered any more
  // Between groups nothing is staged, changed or about to be answered.
  if (group_ == group_kind::none) {
    assert(staged_.empty() && !overlay_.changed() && replies_.bytes() == 0 && counters_ == committed_);
    assert(group_batch_ == 0 && !group_ends_);
  }
  // A group of operations has executed the first batches, the beginning of the next, and nothing behind it;
  // other groups nothing.
  std::size_t executed = 0;
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    executed += queue_[i].executed;
    assert((i < group_batch_) == (queue_[i].executed == queue_[i].items.size()));
    assert(i <= group_batch_ || queue_[i].executed == 0);
  }
  assert(executed == group_operations_ && (group_ == group_kind::operations || executed == 0));
  // What is read-only changes nothing but to try whether it still must be.
  assert(!read_only_ || group_ == group_kind::probe || (staged_.empty() && counters_ == committed_));
  // Versions only rise.
  assert(committed_.version <= counters_.version);
}

} // namespace cluster_store::actors
