#include <cluster_store/actors/store/core.hpp>

#include <algorithm>
#include <utility>

#include <cluster_store/actors/store/rows.hpp>

namespace cluster_store::actors {

namespace {

/// Sessions read at once to find out whether they are over.
constexpr std::size_t due_chunk = 32;

/// After so many failures in a row the pause between two sweeps grows no more: 64 s.
constexpr std::uint32_t sweep_failures_max = 6;

} // namespace

bool store_core::group_is_full() const {
  return group_operations_ >= options_.group_operations_max || replies_.bytes() >= options_.reply_bytes_max
         || group_bytes_ >= options_.group_bytes_max;
}

bool store_core::prepare_operations(wall_time now) {
  group_ = group_kind::operations;
  sweep_turn_ = true;
  view_.begin(now);
  turns_.begin_group();
  while (!group_is_full() && plan_chunk())
    execute_chunk(now);
  must_restart_ = engine_->broken();
  if (group_operations_ == 0 && sweep_wanted_) {
    end_group();
    return prepare_sweep(now);
  }
  stage_rows(now);
  return true;
}

/// Plans the next turns and has the sessions of their operations read. @returns false if nobody has a turn.
bool store_core::plan_chunk() {
  plan_.clear();
  plan_needs_.clear();
  while (turns_.size() > 0 && overlay_.unread() < options_.fetch_sessions_max
         && plan_needs_.size() < options_.fetch_sessions_max)
    if (auto* client = turns_.next())
      plan_turn(*client);
  return !plan_.empty();
}

void store_core::plan_turn(client_state& client) {
  const auto before = plan_needs_.size();
  auto left = client.allowance;
  client.queue.look([&](const queued_operation& each) {
    if (left <= 0 || plan_needs_.size() >= options_.fetch_sessions_max)
      return false;
    left -= turns::operation_cost + static_cast<std::int64_t>(each.bytes);
    plan_needs_.push_back(each.what ? want_sessions_of(*each.what) : wanted_sessions{});
    return true;
  });
  plan_.push_back({&client, plan_needs_.size() - before});
}

/// Executes what is planned, until the group is full: whose turn did not come goes on in the next.
void store_core::execute_chunk(wall_time now) {
  std::span<const wanted_sessions> needs{plan_needs_};
  const bool alone = plan_.size() == 1 && turns_.size() == 0; // nobody waits for the end of this turn
  for (const auto& [client, operations] : plan_) {
    execute_turn(*client, needs.first(operations), alone, now);
    needs = needs.subspan(operations);
  }
  // Those whose turn is not over stand in front of all others again, in their order; the others behind.
  for (auto turn = plan_.rbegin(); turn != plan_.rend(); ++turn)
    if (turn->client->allowance > 0)
      turns_.end_turn(*turn->client);
  for (const auto& turn : plan_)
    turns_.end_turn(*turn.client);
}

void store_core::execute_turn(client_state& client, std::span<const wanted_sessions> needs, bool alone,
                              wall_time now) {
  for (const auto& need : needs) {
    if ((client.allowance <= 0 && !alone) || group_is_full())
      return;
    const auto& item = client.queue.next();
    const auto replied = replies_.bytes();
    const auto became = execute_next(client, need, now);
    if (became == step::waits_for_group)
      return turns_.park(client);
    if (became == step::waits_for_room)
      return turns::suspend(client);
    turns::charge(client, turns::operation_cost + item.bytes + (replies_.bytes() - replied));
    if (client.queue.executed() == 0)
      group_clients_.push_back(&client);
    client.queue.pass();
    ++group_operations_;
    group_bytes_ += item.changes ? item.bytes : 0;
  }
}

/// @returns whether an operation that concerns the whole store can be executed by this group.
result<bool> store_core::ready_for(const operations::description& what, wall_time now) {
  if (what.sees_committed)
    return !overlay_.changed() && !staged_.clear;
  if (!what.without_expired || read_only_ || staged_.clear)
    return true;
  return settle_due(now);
}

/// Removes what is over, if it is little enough for one commit; else sweeps have to come first.
result<bool> store_core::settle_due(wall_time now) {
  if (due_ != due_state::unknown)
    return due_ == due_state::settled;
  auto rows = engine_->due(now, options_.sweep_rows_max + 1);
  if (!rows)
    return tl::unexpected{std::move(rows).error()};
  auto all = rows->size() <= options_.sweep_rows_max;
  if (all) {
    const auto staged = stage_due(*std::move(rows), now);
    if (!staged)
      return staged;
    all = *staged;
  }
  if (!all && sweep_problem_) // it would wait for what cannot be done
    return tl::unexpected{*sweep_problem_};
  due_ = all ? due_state::settled : due_state::too_much;
  sweep_wanted_ = sweep_wanted_ || !all;
  return all;
}

/// Stages the removal of the sessions that `rows` say are over, as many as a group may read.
/// @returns whether those are all.
result<bool> store_core::stage_due(std::vector<backends::expiry_row> rows, wall_time now) {
  staged_.swept = std::move(rows);
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < staged_.swept.size();) {
    if (bytes >= options_.group_bytes_max) {
      staged_.swept.resize(at); // nothing looks into those that go
      return false;
    }
    const auto end = std::min(at + due_chunk, staged_.swept.size());
    for (auto i = at; i < end; ++i)
      overlay_.want(staged_.swept[i].id);
    for (; at < end; ++at) {
      const auto number = overlay_.number_of(staged_.swept[at].id);
      if (!overlay_.at(number).known) {
        const auto read = overlay_.fetch(number, overlay_.wanted(), options_.fetch_bytes_max);
        if (!read) {
          unread_due_ = std::move(staged_.swept); // the overlay looks into them
          staged_.swept.clear();
          return tl::unexpected{read.error()};
        }
        bytes += *read;
      }
      if (auto& slot = overlay_.at(number); slot.problem || (slot.content && !slot.lives(now)))
        overlay_.erase(slot); // one that cannot be read goes with its first expiry
    }
  }
  return true;
}

void store_core::stage_rows(wall_time now) {
  if (read_only_) // only reads were executed
    return;
  guard_.append_rows(now, staged_);
  counters_.sessions += overlay_.growth();
  overlay_.append_writes(staged_.writes);
  clients_.prepare(staged_);
  if (clients_.forgotten_ticket() > tickets_.forgotten) {
    tickets_.forgotten = clients_.forgotten_ticket();
    staged_.system_rows.push_back(store_rows::tickets_row(tickets_));
  }
  if (counters_ != committed_)
    staged_.system_rows.push_back(store_rows::counters_row(counters_.version, counters_.sessions));
}

/// Stages the removal of what is over: sessions, by the index, and tombstones.
result<void> store_core::stage_swept(wall_time now) {
  auto rows = engine_->due(now, options_.sweep_rows_max);
  if (!rows)
    return tl::unexpected{std::move(rows).error()};
  const auto full = rows->size() == options_.sweep_rows_max;
  const auto all = stage_due(*std::move(rows), now);
  if (!all)
    return tl::unexpected{all.error()};
  const auto more = guard_.sweep(now, options_.sweep_rows_max, staged_);
  if (!more)
    return tl::unexpected{more.error()};
  sweep_wanted_ = full || !*all || *more;
  return {};
}

/// What is over stays a while; nobody sees it, and only who needs it gone is refused.
void store_core::sweep_failed(const error& why) {
  sweep_problem_ = {why.code, "removing what is over failed and is tried again: " + why.message};
  sweep_pause_ = 1U << std::min(sweep_failures_, sweep_failures_max);
  ++sweep_failures_;
}

bool store_core::prepare_sweep(wall_time now) {
  sweep_turn_ = sweep_wanted_ = false;
  group_ = group_kind::sweep;
  if (auto done = stage_swept(now); !done) {
    sweep_failed(done.error());
    must_restart_ = engine_->broken();
    end_group();
    return false;
  }
  sweep_problem_.reset();
  sweep_failures_ = 0;
  if (staged_.empty()) {
    end_group();
    return false;
  }
  stage_rows(now);
  return true;
}

/// A group that writes nothing else.
bool store_core::prepare_row(group_kind what, backends::system_row row) {
  group_ = what;
  staged_.system_rows.push_back(std::move(row));
  return true;
}

} // namespace cluster_store::actors
