#include <cluster_store/actors/gate/actor.hpp>

#include <algorithm>
#include <utility>

#include <cluster_store/actors/wire/greeting.hpp>

namespace cluster_store::actors {

namespace {

constexpr std::chrono::seconds grant_timeout{2};
constexpr std::chrono::seconds figures_timeout{1};
constexpr std::chrono::seconds tick_interval{1};

wire::token pass_in(const std::string& bytes) {
  wire::token out{};
  if (bytes.size() == out.size())
    std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

} // namespace

/// A status query that waits for the figures of every store.
struct gate::status_round {
  server_status status;
  std::size_t missing = 0;
  bool with_workers = false;
  caf::typed_response_promise<status_message> promise;
};

gate::gate(caf::actor_config& config, gate_hooks door, std::shared_ptr<const cluster_store::clock> time)
    : caf::event_based_actor(config),
      core_(door.admins_apart, std::move(door.kept)),
      door_(std::move(door)),
      clock_(std::move(time)) {}

caf::behavior gate::make_behavior() {
  compat::prepare(this);
  compat::delayed_send(this, caf::actor{this}, caf::timespan{tick_interval}, tick_store{});
  return {
      [this](const hello_message& message) { return greet(message); },
      [this](const beat_message& message) {
        if (const auto pass = pass_in(message.bytes); visitor_with(pass).admitted)
          silence_.heard(pass, clock_->steady());
        return message;
      },
      [this](const status_message& query) { return report(query); },
      [this](const store_changed& news) { change(news); },
      [this](const tick_store&) { close_silent(); },
      [this](const stop_serving&) {
        core_.close();
        return store_started{};
      },
      [this](const proxy_gone& guest) {
        const auto found = guests_.find(guest.client);
        if (found != guests_.end() && found->second.ticket == guest.ticket)
          departed(guest.client);
      },
      [this](const client_is_stuck& who) { disconnect(who); },
      [this](const await_departures&) { return await_departed(); },
  };
}

void gate::on_exit() {
  stores_.clear();
  departures_ = {}; // one that was never fulfilled would keep this
  door_ = {};
}

bool gate::is_local() {
  return current_sender() && current_sender()->node() == system().node();
}

visitor gate::visitor_with(const wire::token& pass) {
  return {.local = is_local(), .admitted = door_.admitted && door_.admitted(pass)};
}

caf::result<welcome_message> gate::greet(const hello_message& message) {
  auto said = wire::decode_hello(message.bytes);
  if (!current_sender())
    return welcome_message{}; // nobody to welcome
  if (said)
    departed(said->client);
  auto who = said ? visitor_with(said->pass) : visitor{};
  who.proved = who.admitted && door_.proved(*said);
  const auto welcome = said.and_then([&](const wire::hello& hello) { return core_.admit(hello, who); });
  if (!welcome)
    return welcome_message{wire::encode(result<wire::welcome>{tl::unexpected{welcome.error()}}), nullptr};
  const auto store = stores_[said->store].store;
  const auto proxy = current_sender(); // the promise takes it
  auto promise = make_response_promise<welcome_message>();
  compat::request(this, caf::actor_cast<caf::actor>(store), caf::timespan{grant_timeout},
                  grant_ticket{said->client, core_.rights_of(*said, who), said->answers_window, proxy})
      .then(
          [this, promise, store, proxy, client = said->client,
           newcomer = guest{0, *said}](const granted_ticket& answer) mutable {
            if (answer.welcome)
              welcomed({client, answer.welcome->ticket}, std::move(newcomer), proxy);
            promise.deliver(welcome_message{wire::encode(answer.welcome), answer.welcome ? store : nullptr});
          },
          [promise](const caf::error&) mutable {
            const auto busy = fail(errc::unavailable, "the store is busy or restarting");
            promise.deliver(welcome_message{wire::encode(result<wire::welcome>{busy}), nullptr});
          });
  return promise;
}

void gate::welcomed(const proxy_gone& who, guest newcomer, const caf::strong_actor_ptr& proxy) {
  newcomer.ticket = who.ticket;
  guests_.insert_or_assign(who.client, std::move(newcomer));
  compat::notify_end(proxy, caf::actor{this}, who);
}

/// Its connection ends, and with it what others in its process have open: they connect again.
void gate::disconnect(const client_is_stuck& who) {
  if (const auto found = guests_.find(who.client); found != guests_.end() && door_.disconnect)
    door_.disconnect(found->second.pass);
}

void gate::departed(const backends::client_id& guest) {
  guests_.erase(guest);
  if (guests_.empty() && departures_.pending())
    departures_.deliver(store_started{});
}

caf::result<store_started> gate::await_departed() {
  if (guests_.empty())
    return store_started{};
  departures_ = make_response_promise<store_started>();
  return departures_;
}

void gate::change(const store_changed& news) {
  stores_[news.name] = news;
  if (news.store)
    core_.set_up(news.name);
  else
    core_.set_down(news.name, news.problem);
}

caf::result<status_message> gate::report(const status_message& query) {
  const auto [pass, with_workers] = wire::decode_status_query(query.bytes);
  if (const auto who = visitor_with(pass); !who.local && !who.admitted)
    return status_message{
        wire::encode_status(fail(errc::unauthorized, "the pass is not known here: connect again"))};
  auto round = std::make_shared<status_round>();
  round->with_workers = with_workers || is_local(); // before the promise takes the sender
  round->promise = make_response_promise<status_message>();
  if (round->with_workers)
    round->status.workers = workers_of(guests_);
  if (door_.add_figures)
    door_.add_figures(round->status);
  round->missing = stores_.size();
  if (stores_.empty())
    return status_message{wire::encode_status(round->status, round->with_workers)};
  for (const auto& [name, news] : stores_) {
    const auto index = round->status.stores.size();
    store_status row;
    row.name = name;
    row.engine = news.engine;
    row.restarts = news.restarts;
    row.problem = news.problem;
    round->status.stores.push_back(std::move(row));
    if (!news.store) {
      add_figures(round, index, nullptr);
      continue;
    }
    compat::request(this, caf::actor_cast<caf::actor>(news.store), caf::timespan{figures_timeout},
                    ask_figures{})
        .then([this, round, index](const store_figures& figures) { add_figures(round, index, &figures); },
              [this, round, index](const caf::error&) { add_figures(round, index, nullptr); });
  }
  return round->promise;
}

void gate::add_figures(const std::shared_ptr<status_round>& round, std::size_t index,
                       const store_figures* figures) {
  auto& row = round->status.stores[index];
  if (figures != nullptr) {
    row.up = true;
    row.sessions = figures->sessions;
    row.clients = figures->clients;
    row.operations = figures->operations;
    row.commits = figures->commits;
    row.problem = figures->problem;
  } else if (row.problem.empty()) {
    row.problem = "the store did not answer within 1 s";
  }
  if (--round->missing == 0)
    round->promise.deliver(status_message{wire::encode_status(round->status, round->with_workers)});
}

void gate::close_silent() {
  compat::delayed_send(this, caf::actor{this}, caf::timespan{tick_interval}, tick_store{});
  if (!door_.connections)
    return;
  for (const auto& pass : silence_.silent(door_.connections(), clock_->steady()))
    door_.disconnect(pass);
}

} // namespace cluster_store::actors
