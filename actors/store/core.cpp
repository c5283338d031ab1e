#include <cluster_store/actors/store/core.hpp>

#include <algorithm>
#include <cassert>
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
      versions_(engine.traits(), options_.group_operations_max),
      clients_(options_.clients),
      turns_(options_.quantum),
      flow_(options_.flow),
      overlay_(engine),
      guard_(how.logout_guard, engine),
      view_({overlay_, guard_, engine, staged_, counters_, read_only_, how.ttl_default}) {}

result<void> store_core::load(const wire::token& fresh_incarnation, steady_time now) {
  const backends::invariants::at_end checked{*this};
  return engine_->system_rows(store_rows::first_key, store_rows::end_key, store_rows::rows_max)
      .and_then([](const auto& rows) { return store_rows::read(rows); })
      .and_then([&](const auto& known) { return load_identity(known, fresh_incarnation); })
      .and_then([this] { return engine_->client_rows(); })
      .and_then([&](const auto& rows) { return clients_.load(rows, last_ticket_, now); });
}

/// Who the data are, and which versions they may get.
result<void> store_core::load_identity(const store_rows::contents& known, const wire::token& fresh) {
  incarnation_ = options_.copy_identity.value_or(known.incarnation.value_or(fresh));
  const bool is_copy = known.incarnation && *known.incarnation != incarnation_;
  const auto last_version = versions_.begin(known, is_copy);
  if (!last_version)
    return tl::unexpected{last_version.error()};
  counters_ = committed_ = {*last_version, known.sessions};
  tickets_ = known.known_tickets;
  last_ticket_ = tickets_.reserved;
  tickets_.reserved += store_rows::tickets_of_a_run;
  backends::commit start;
  start.system_rows.push_back(store_rows::tickets_row(tickets_));
  if (known.incarnation != incarnation_)
    start.system_rows.push_back(store_rows::incarnation_row(incarnation_));
  if (is_copy)
    start.system_rows.push_back(store_rows::reserved_version_row(*last_version));
  return engine_->apply(start).and_then(
      [this](const auto&) { return versions_.is_needed() ? engine_->sync() : result<void>{}; });
}

result<wire::welcome> store_core::grant(backends::client_id who, rights allowed,
                                        std::uint64_t answers_window) {
  const backends::invariants::at_end checked{*this};
  auto granted = clients_.grant(who, last_ticket_ + 1, allowed);
  if (!granted)
    return tl::unexpected{granted.error()};
  turns_.remove(*granted->client);
  granted->client->queue.drop();
  flow_.begin(*granted->client, answers_window);
  wake_roomy();
  wire::welcome out;
  out.ticket = ++last_ticket_;
  out.forgotten_ticket = std::max(tickets_.forgotten, clients_.forgotten_ticket());
  out.incarnation = incarnation_;
  out.known = granted->known;
  out.last_applied = granted->client->last_applied;
  out.capabilities = operations::all_capabilities;
  out.limits = options_.limits;
  out.in_flight_max = options_.in_flight_max;
  out.requests_granted = flow_control::tell(*granted->client);
  return out;
}

void store_core::left(backends::client_id who, std::uint64_t ticket, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (auto* client = clients_.find(who, ticket))
    end_connection(*client);
  clients_.left(who, ticket, now);
}

void store_core::said_bye(const wire::bye& message) {
  const backends::invariants::at_end checked{*this};
  if (auto* client = clients_.find(message.client, message.ticket)) {
    end_connection(*client);
    clients_.said_bye(*client);
  }
}

/// What it had asked for is executed; answers go nowhere, and so need no room.
void store_core::end_connection(client_state& client) {
  flow_.forget(client);
  turns_.wake(client);
  wake_roomy();
}

void store_core::wake_roomy() {
  for (auto* client : flow_.take_roomy())
    turns_.wake(*client);
}

std::optional<std::string> store_core::submit(std::string bytes) {
  const backends::invariants::at_end checked{*this};
  queued_batch batch{std::make_unique<std::string>(std::move(bytes)), {}};
  auto in = wire::batch_reader::open(*batch.frame);
  if (!in)
    return std::nullopt; // there is no ticket to answer to
  auto* const client = clients_.find(in->head().client, in->head().ticket);
  if (client == nullptr) {
    std::string refusal;
    wire::append_results_head({in->head().ticket, errc::unavailable}, refusal);
    return refusal;
  }
  const auto& head = in->head();
  clients_.received(*client, head.floor);
  flow_.reported(*client, {head.answers_taken, head.requests_wanted, head.requests_returned});
  wake_roomy();
  auto left = in->operation_bytes();
  const bool granted = flow_.came(*client, left);
  if (!spare_items_.empty()) {
    batch.items = std::move(spare_items_.back());
    spare_items_.pop_back();
  }
  for (auto item = in->next(); item && *item; item = in->next()) {
    auto& kept = batch.items.emplace_back();
    read(**item, *client, kept);
    const auto rest = in->operation_bytes();
    kept.bytes = granted ? left - rest : 0;
    left = rest;
    if (!granted)
      kept.what = fail(errc::overloaded, "this client sent more than it was granted");
    if (client->queue.size() + batch.items.size() > options_.in_flight_max)
      kept.what = fail(errc::overloaded, "this client has more than " + std::to_string(options_.in_flight_max)
                                             + " unanswered operations: wait for answers");
  }
  if (batch.items.empty()) {
    flow_.settled(*client, granted ? left : 0);
    return std::nullopt;
  }
  batch.items.back().bytes += granted ? left : 0; // what could not be read
  client->queue.push(std::move(batch));
  turns_.add(*client);
  return std::nullopt;
}

bool store_core::prepare(wall_time shown) {
  assert(group_ == group_kind::none || must_restart_);
  const backends::invariants::at_end checked{*this};
  if (must_restart_)
    return false;
  const auto now = clock_(shown);
  if (std::exchange(probe_wanted_, false))
    return prepare_row(group_kind::probe, store_rows::probe_row());
  if (!turns_.empty() && !read_only_ && versions_.is_short(counters_.version))
    return prepare_row(group_kind::reservation, versions_.next_row(counters_.version));
  if (sweep_wanted_ && (sweep_turn_ || turns_.empty()) && prepare_sweep(now))
    return true;
  return (!turns_.empty() || flow_.has_news() || (clients_.has_leavers() && !read_only_))
         && prepare_operations(now);
}

void store_core::settle_executed() {
  for (auto* client : group_clients_) {
    operations_ += client->queue.executed();
    flow_.settled(*client, client->queue.executed_bytes());
    client->queue.settle([this](queued_batch& spent) {
      spent.items.clear();
      if (spare_items_.size() < spare_items_max && spent.items.capacity() <= spare_operations_max)
        spare_items_.push_back(std::move(spent.items));
    });
  }
}

/// Mutations of the group fail; reads stay queued and see the store as it was.
void store_core::answer_aborted(const error& why) {
  replies_.discard();
  flow_.aborted();
  for (auto* client : group_clients_) {
    std::size_t bytes = 0;
    operations_ += client->queue.take_back([&](const queued_operation& item) {
      const bool gone = item.what && item.changes && item.seq > client->last_applied;
      if (!gone)
        return false;
      answer_failure(*client, item.seq, why);
      bytes += item.bytes;
      return true;
    });
    flow_.settled(*client, bytes);
    if (client->queue.waits())
      turns_.add(*client);
    else
      turns_.remove(*client);
  }
  wake_roomy();
}

void store_core::end_group() {
  overlay_.clear();
  guard_.end_group();
  staged_.reset();
  group_ = group_kind::none;
  group_clients_.clear();
  group_operations_ = group_bytes_ = group_read_ = 0;
  due_ = due_state::unknown;
  unread_due_.clear();
}

std::vector<outgoing_frame> store_core::end(const verdict* engine_said) {
  assert(group_ != group_kind::none && (engine_said || staged_.empty()));
  const backends::invariants::at_end checked{*this};
  if (must_restart_)
    return {};
  verdict unsynced;
  if (group_ == group_kind::reservation && *engine_said)
    if (auto synced = engine_->sync(); !synced) {
      unsynced = tl::unexpected{synced.error()};
      engine_said = &unsynced;
    }
  const auto succeeded = [](const auto& each) { return each.has_value(); };
  if (engine_said && (!*engine_said || !std::ranges::all_of(**engine_said, succeeded))) {
    must_restart_ = *engine_said || engine_said->error().code == errc::outcome_unknown || engine_->broken();
    if (must_restart_)
      return {};
    read_only_ = engine_said->error();
    clients_.aborted();
    counters_ = committed_;
    answer_aborted(*read_only_);
    auto frames = take_frames();
    end_group();
    return frames;
  }
  if (group_ == group_kind::probe)
    read_only_.reset();
  if (group_ == group_kind::reservation)
    versions_.reserved();
  commits_ += engine_said ? 1 : 0;
  committed_ = counters_;
  settle_executed();
  auto frames = take_frames();
  clients_.committed();
  end_group();
  return frames;
}

/// The answers, and word to those who wait for nothing but to be granted more.
std::vector<outgoing_frame> store_core::take_frames() {
  flow_.committed();
  auto frames = replies_.take();
  for (auto* client : flow_.take_news())
    if (client->flow.told < client->flow.granted) {
      auto& frame = frames.emplace_back(outgoing_frame{client->id, {}});
      wire::append_results_head({client->ticket, {}, flow_control::tell(*client)}, frame.bytes);
    }
  return frames;
}

std::vector<backends::client_id> store_core::tick(steady_time now) {
  const backends::invariants::at_end checked{*this};
  clients_.expire(now);
  probe_wanted_ = read_only_.has_value();
  if (sweep_pause_ > 0)
    --sweep_pause_;
  sweep_wanted_ = !read_only_ && sweep_pause_ == 0;
  std::vector<backends::client_id> stuck;
  for (const auto* client : flow_.tick())
    stuck.push_back(client->id);
  return stuck;
}

store_figures store_core::figures() const {
  return {static_cast<std::uint64_t>(std::max<std::int64_t>(0, committed_.sessions)), clients_.size(),
          operations_, commits_, trouble() ? trouble()->message : std::string{}};
}

/// @returns how much it looked at.
std::size_t store_core::check_invariants() const {
  check_group();
  backends::invariants::check(guard_);
  // What keeps its memory for batches to come is bounded and empty.
  assert(spare_items_.size() <= spare_items_max);
  assert(std::ranges::all_of(spare_items_, [](const auto& each) { return each.empty(); }));
  return backends::invariants::check(turns_) + backends::invariants::check(flow_)
         + backends::invariants::check(clients_) + backends::invariants::check(overlay_)
         + backends::invariants::check(replies_);
}

void store_core::check_group() const {
  if (must_restart_)
    return; // nobody is answered any more
  // Between groups nothing is staged, changed or about to be answered.
  if (group_ == group_kind::none) {
    assert(staged_.empty() && !overlay_.changed() && replies_.bytes() == 0 && counters_ == committed_);
    assert(group_clients_.empty() && due_ == due_state::unknown);
  }
  // What was executed is counted; other groups than those of operations execute nothing.
  std::size_t executed = 0;
  for (const auto* client : group_clients_) {
    executed += client->queue.executed();
    backends::invariants::check(client->queue);
  }
  assert(executed == group_operations_ && (group_ == group_kind::operations || executed == 0));
  // What is read-only changes nothing but to try whether it still must be.
  assert(!read_only_ || group_ == group_kind::probe || (staged_.empty() && counters_ == committed_));
  // Versions only rise.
  assert(committed_.version <= counters_.version);
}

} // namespace cluster_store::actors
