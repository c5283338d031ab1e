#include <cluster_store/tests/power/power_store.hpp>

#include <algorithm>

#include <cluster_store/actors/store/rows.hpp>
#include <cluster_store/backends/faulty/faulty.hpp>
#include <cluster_store/backends/rocksdb/rocksdb.hpp>
#include <cluster_store/tests/backends/engines.hpp>

namespace cluster_store::tests {
namespace {

constexpr std::size_t clients = 3;
constexpr std::size_t rounds_max = 150;
constexpr wire::token incarnation{1, 2, 3};

using syncing = backends::traits::syncing;

std::unique_ptr<backends::backend> forgetful(std::unique_ptr<backends::backend> inner) {
  backends::fault_plan plan;
  plan.faults = {
      {.where = backends::call_kind::apply, .what = backends::fault::kind::forget, .to = UINT64_MAX}};
  return value_of(backends::make_faulty(std::move(inner), plan));
}

} // namespace

std::string power_figures::text() const {
  auto out = std::to_string(cuts) + " power cuts (" + std::to_string(cut_while_opening) + " while opening), "
             + std::to_string(kills) + " kills, " + std::to_string(commits) + " commits acknowledged, "
             + std::to_string(lost) + " of them lost, " + std::to_string(unasked)
             + " commits kept without having been acknowledged, " + std::to_string(resent)
             + " operations sent again; cut in";
  for (std::size_t i = 0; i < disk_steps; ++i)
    out += " " + to_string(static_cast<disk_step>(i)) + ": " + std::to_string(cut_in[i]) + ";";
  return out;
}

power_store::power_store(const power_options& how)
    : how_{how},
      random_{how.seed},
      disk_{directory_ / "data", directory_ / "attic"},
      clients_{clients, how.seed + 1} {}

power_store::~power_store() = default;

power_figures power_store::figures() const {
  auto out = figures_;
  out.resent = clients_.resent();
  return out;
}

cut_moment power_store::random_moment(bool opening) {
  auto step = static_cast<disk_step>(below(disk_steps));
  if (below(3) == 0)
    step = below(3) == 0 ? disk_step::log_append : disk_step::log_sync;
  const bool of_log = step == disk_step::log_append || step == disk_step::log_sync;
  return {step, 1 + below(opening ? 4 : of_log ? 60 : 8)};
}

/// @returns false if the power was cut meanwhile.
bool power_store::open() {
  backends::rocksdb_options options;
  options.path = directory_ / "data";
  options.sync = how_.sync;
  options.cache_bytes = 1u << 20;
  options.write_buffer_bytes = 64u << 10;
  options.files = disk_.files();
  auto opened = backends::open_rocksdb(options);
  if (!opened) {
    INFO(opened.error().message);
    REQUIRE(disk_.is_cut());
    return false;
  }
  engine_ = how_.forgets ? forgetful(std::move(*opened)) : std::move(*opened);
  if (begun_)
    compare();
  diary_.begin(*engine_);
  was_cut_ = false;
  begun_ = true;
  diary_.add(first_commit_of_a_run());
  actors::store_core_options how;
  how.flow.own_bytes = std::size_t{1} << 40; // its clients do not count what is on the way
  core_ = std::make_unique<actors::store_core>(how, *engine_);
  if (const auto loaded = core_->load(incarnation, steady_); !loaded) {
    INFO(loaded.error().message);
    REQUIRE(disk_.is_cut());
    return false;
  }
  diary_.acknowledge();
  return true;
}

/// What a store core writes before anything else.
backends::commit power_store::first_commit_of_a_run() const {
  namespace rows = actors::store_rows;
  auto known =
      value_of(rows::read(value_of(engine_->system_rows(rows::first_key, rows::end_key, rows::rows_max))));
  known.known_tickets.reserved += rows::tickets_of_a_run;
  backends::commit out;
  out.system_rows = {rows::tickets_row(known.known_tickets)};
  if (!known.incarnation)
    out.system_rows.push_back(rows::incarnation_row(incarnation));
  return out;
}

/// The store has to hold one of the states it went through, and no older one than was promised.
void power_store::compare() {
  const auto state = diary_.find(picture_of(*engine_));
  INFO("states " << diary_.last() << ", acknowledged " << diary_.acknowledged() << ", synced "
                 << diary_.synced());
  if (!state)
    FAIL("the store holds what it never held");
  INFO("the store holds state " << *state);
  const auto promised = how_.sync == syncing::always || !was_cut_ ? diary_.acknowledged()
                        : how_.sync == syncing::interval          ? diary_.synced()
                                                                  : 0;
  if (*state < promised)
    FAIL("the store lost what it had promised to keep");
  figures_.lost += diary_.acknowledged() - std::min(*state, diary_.acknowledged());
  figures_.unasked += *state - std::min(*state, diary_.acknowledged());
}

void power_store::close() {
  core_.reset();
  engine_.reset();
}

/// @returns false if the store is dead.
bool power_store::commit_group() {
  if (core_->staged().empty()) {
    clients_.take(core_->finish());
    return !core_->must_restart();
  }
  auto changes = core_->staged();
  if (how_.forgets) {
    changes.client_erases.clear();
    changes.client_rows.clear();
  }
  diary_.add(changes);
  const auto said = engine_->apply(core_->staged());
  if (!said) {
    INFO(said.error().message);
    REQUIRE(disk_.is_cut());
    return false;
  }
  diary_.acknowledge();
  ++figures_.commits;
  clients_.take(core_->finish(said));
  return true;
}

bool power_store::run_groups() {
  while (core_->prepare(now_))
    if (!commit_group())
      return false;
  return true;
}

void power_store::work(std::size_t rounds) {
  clients_.greet(*core_);
  for (std::size_t round = 0; round < rounds && !disk_.is_cut(); ++round) {
    if (!run_groups())
      return;
    now_ += std::chrono::milliseconds{below(20)};
    if (below(10) == 0)
      core_->tick(steady_);
    if (below(15) == 0 && engine_->sync())
      diary_.sync();
    clients_.send(*core_);
  }
}

void power_store::live() {
  const bool kill = below(5) == 0;
  const bool while_opening = below(4) == 0;
  const auto when = random_moment(while_opening);
  if (while_opening)
    disk_.cut_at(when, random_());
  const bool opened = open();
  if (opened && !while_opening)
    disk_.cut_at(when, random_());
  if (opened)
    work(1 + below(rounds_max));
  disk_.cut();
  close();
  was_cut_ = was_cut_ || !kill;
  if (kill) {
    ++figures_.kills;
    disk_.come_back_after_kill();
    return;
  }
  ++figures_.cuts;
  figures_.cut_while_opening += opened ? 0 : 1;
  if (const auto in = disk_.cut_in())
    ++figures_.cut_in[static_cast<std::size_t>(*in)];
  disk_.come_back_after_power_cut(random_);
}

void power_store::read_all() {
  REQUIRE(open());
  clients_.greet(*core_);
  REQUIRE(run_groups());
  clients_.send_reads(*core_);
  REQUIRE(run_groups());
  close();
}

} // namespace cluster_store::tests
