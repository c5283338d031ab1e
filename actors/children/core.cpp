#include <cluster_store/actors/children/core.hpp>

#include <algorithm>
#include <cassert>

namespace cluster_store::actors {

namespace {

using kind = child_event::kind;

std::string worker_text(std::size_t worker, std::uint64_t process_id) {
  return "worker " + std::to_string(worker)
         + (process_id == 0 ? "" : " (process " + std::to_string(process_id) + ")");
}

std::string time_text(std::chrono::milliseconds time) {
  return time.count() % 1'000 == 0 ? std::to_string(time.count() / 1'000) + " s"
                                   : std::to_string(time.count()) + " ms";
}

} // namespace

children_core::children_core(const settings& how) : settings_(how) {
  assert(how.workers > 0);
  slots_.resize(how.workers);
  for (auto& each : slots_)
    each.window = restart_window{how.restarts};
}

void children_core::start() {
  const backends::invariants::at_end checked{*this};
  for (std::size_t worker = 1; worker <= slots_.size(); ++worker)
    slot_of(worker).current = begin_run(worker);
}

void children_core::started(run_number run, std::uint64_t process_id, steady_time now) {
  const backends::invariants::at_end checked{*this};
  const auto at = runs_.find(run);
  if (at == runs_.end())
    return;
  at->second.process_id = process_id;
  at->second.since = now;
  say(kind::started, at->second, worker_text(at->second.worker, process_id) + " was started");
}

void children_core::not_started(run_number run, const std::string& why, steady_time now) {
  const backends::invariants::at_end checked{*this};
  const auto at = runs_.find(run);
  if (at == runs_.end())
    return;
  auto last = at->second;
  last.since = now;
  runs_.erase(at);
  const auto how = "could not be started: " + why;
  if (!rolling_ended(run, last, how, now) && slot_of(last.worker).current == run)
    slot_ended(last.worker, last, how, now);
}

void children_core::ended(run_number run, const std::string& how, steady_time now) {
  const backends::invariants::at_end checked{*this};
  const auto at = runs_.find(run);
  if (at == runs_.end())
    return;
  const auto last = at->second;
  runs_.erase(at);
  const auto what = "ended " + how;
  if (!rolling_ended(run, last, what, now) && slot_of(last.worker).current == run)
    slot_ended(last.worker, last, what, now);
}

void children_core::connected(run_number run) {
  if (const auto at = runs_.find(run); at != runs_.end())
    at->second.connected = ever_connected_ = true;
}

void children_core::replace(steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (stopping_)
    return;
  if (rolling_)
    rolling_->again = true;
  else
    roll_to(1, now);
}

void children_core::stop(steady_time now) {
  const backends::invariants::at_end checked{*this};
  stopping_ = true;
  rolling_.reset();
  for (auto& each : slots_)
    each.restart_at.reset();
  for (const auto& each : runs_)
    if (!each.second.end_by)
      ask_run_to_end(each.first, now);
}

void children_core::hurry(steady_time now) {
  stop(now);
  for (auto& each : runs_)
    if (!each.second.killed)
      each.second.end_by = now;
  tick(now);
}

void children_core::tick(steady_time now) {
  const backends::invariants::at_end checked{*this};
  look_after_endings(now);
  for (std::size_t worker = 1; worker <= slots_.size(); ++worker)
    if (auto& each = slot_of(worker); each.restart_at && *each.restart_at <= now) {
      each.restart_at.reset();
      each.current = begin_run(worker);
    }
  if (rolling_)
    roll(now);
}

std::optional<steady_time> children_core::next_wakeup() const {
  std::optional<steady_time> next;
  const auto consider = [&next](steady_time when) { next = next ? std::min(*next, when) : when; };
  for (const auto& each : slots_)
    if (each.restart_at)
      consider(*each.restart_at);
  for (const auto& each : runs_)
    if (each.second.end_by)
      consider(*each.second.end_by);
  if (!rolling_ || rolling_->successor == 0)
    return next;
  consider(rolling_->give_up_at);
  if (const auto& successor = runs_.at(rolling_->successor); !ever_connected_ && successor.process_id != 0)
    consider(successor.since + settled_after);
  return next;
}

run_number children_core::begin_run(std::size_t worker) {
  runs_[++last_run_].worker = worker;
  effects_.emplace_back(start_run{worker, last_run_});
  return last_run_;
}

void children_core::ask_run_to_end(run_number run, steady_time now) {
  runs_.at(run).end_by = now + settings_.grace;
  effects_.emplace_back(ask_to_end{run});
}

void children_core::say(child_event::kind what, const run_state& whom, std::string message) {
  effects_.emplace_back(child_event{what, whom.worker, whom.process_id, std::move(message)});
}

/// The process of a slot is gone, and nobody asked for that.
void children_core::slot_ended(std::size_t worker, const run_state& last, const std::string& how,
                               steady_time now) {
  auto& where = slot_of(worker);
  where.current = 0;
  if (stopping_)
    return;
  if (last.process_id != 0 && now - last.since >= settled_after)
    where.window = restart_window{settings_.restarts};
  const auto delay = where.window.ended(now);
  where.restart_at = now + delay;
  say(last.process_id == 0 ? kind::cannot_start : kind::ended, last,
      worker_text(worker, last.process_id) + " " + how + "; it is started again in " + time_text(delay));
}

/// @returns whether the end of `run` was part of a replacement, and is dealt with.
bool children_core::rolling_ended(run_number run, const run_state& last, const std::string& how,
                                  steady_time now) {
  if (!rolling_)
    return false;
  if (run == rolling_->former && rolling_->successor != 0) { // who is to be replaced is gone already
    rolling_->former = 0;
    slot_of(rolling_->worker).current = rolling_->successor;
    say(kind::ended, last,
        worker_text(last.worker, last.process_id) + " " + how + "; its successor is there");
    return true;
  }
  if (run == rolling_->former) {
    roll_to(rolling_->worker + 1, now);
    return true;
  }
  if (run != rolling_->successor)
    return false;
  if (rolling_->former != 0)
    say_it_stays("its successor " + how);
  else
    slot_ended(last.worker, last, how, now);
  roll_to(rolling_->worker + 1, now);
  return true;
}

/// @pre there is a predecessor.
void children_core::say_it_stays(const std::string& why) {
  const auto& former = runs_.at(rolling_->former);
  say(kind::not_replaced, former,
      worker_text(former.worker, former.process_id) + " is not replaced, and goes on: " + why);
}

/// Kills who had its time, and gives up who was killed and does not end.
void children_core::look_after_endings(steady_time now) {
  std::vector<run_number> hanging;
  for (auto& [number, run] : runs_) {
    if (!run.end_by || now < *run.end_by)
      continue;
    if (run.killed) {
      hanging.push_back(number);
      continue;
    }
    run.killed = true;
    run.end_by = now + kill_patience;
    effects_.emplace_back(kill_run{number});
    say(kind::had_to_be_killed, run,
        worker_text(run.worker, run.process_id) + " did not end in time and was killed");
  }
  for (const auto number : hanging)
    ended(number, "never, although it was killed", now);
}

bool children_core::is_ready(const run_state& successor, steady_time now) const {
  return successor.process_id != 0
         && (successor.connected || (!ever_connected_ && now - successor.since >= settled_after));
}

void children_core::roll(steady_time now) {
  if (rolling_->successor == 0)
    return; // the former one is ending
  const auto& successor = runs_.at(rolling_->successor);
  if (is_ready(successor, now)) {
    slot_of(rolling_->worker).current = rolling_->successor;
    say(kind::replaced, successor,
        worker_text(rolling_->worker, successor.process_id) + " took over from its predecessor");
    rolling_->successor = 0;
    if (rolling_->former == 0)
      roll_to(rolling_->worker + 1, now);
    else
      ask_run_to_end(rolling_->former, now);
  } else if (now >= rolling_->give_up_at) {
    give_up_successor("was not connected within " + time_text(settings_.successor_timeout), now);
  }
}

/// The next one's turn, if there is a next one.
void children_core::roll_to(std::size_t worker, steady_time now) {
  const bool again = rolling_ && rolling_->again;
  rolling_.reset();
  if (worker > slots_.size()) {
    if (again)
      roll_to(1, now);
    return;
  }
  auto& where = slot_of(worker);
  where.restart_at.reset(); // it need not wait for what it gets now
  const auto successor = begin_run(worker);
  rolling_ = {worker, successor, where.current, now + settings_.successor_timeout, again};
  if (where.current == 0)
    where.current = successor;
}

void children_core::give_up_successor(const std::string& why, steady_time now) {
  if (rolling_->former != 0) {
    say_it_stays("its successor " + why);
    ask_run_to_end(rolling_->successor, now);
  } else {
    const auto& successor = runs_.at(rolling_->successor);
    say(kind::not_replaced, successor,
        worker_text(rolling_->worker, successor.process_id) + " " + why
            + "; there is no predecessor to go on instead");
  }
  roll_to(rolling_->worker + 1, now);
}

void children_core::check_invariants() const {
  for (const auto& each : slots_) {
    // A slot has a process or waits for one, never both; only the end of all leaves it empty.
    assert(each.current == 0 || runs_.contains(each.current));
    assert(each.current == 0 || !each.restart_at);
    assert(each.current != 0 || each.restart_at || stopping_);
  }
  // At most one slot has a second process that was not asked to end.
  std::size_t staying = 0;
  for (const auto& each : runs_)
    staying += each.second.end_by ? 0 : 1;
  assert(staying <= slots_.size() + (rolling_ ? 1 : 0));
  assert(!rolling_ || rolling_->successor == 0 || runs_.contains(rolling_->successor));
  assert(!rolling_ || rolling_->former == 0 || runs_.contains(rolling_->former));
  // Who stops asks all to end.
  assert(!stopping_ || (staying == 0 && !rolling_));
}

} // namespace cluster_store::actors
