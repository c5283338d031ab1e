#include <cluster_store/actors/store/core.hpp>

#include <algorithm>

#include <cluster_store/actors/store/rows.hpp>

namespace cluster_store::actors {

namespace {

bool is_whole_store(const operations::description& what) {
  return what.concerns == operations::reach::store;
}

} // namespace

bool store_core::group_is_full() const {
  return group_ends_ || group_batch_ == queue_.size() || group_operations_ >= options_.group_operations_max
         || replies_.bytes() >= options_.reply_bytes_max;
}

bool store_core::prepare_operations(wall_time now) {
  group_ = group_kind::operations;
  sweep_turn_ = true;
  view_.begin(now);
  while (!group_is_full())
    execute_chunk(now);
  must_restart_ = engine_->broken();
  if (group_operations_ == 0 && sweep_wanted_) {
    end_group();
    return prepare_sweep(now);
  }
  stage_rows(now);
  return true;
}

/// Reads the sessions of the next operations at once and executes them, until the group is full.
void store_core::execute_chunk(wall_time now) {
  const auto operations = want_chunk();
  const auto fetched = overlay_.fetch();
  for (std::size_t i = 0; i < operations && !group_is_full(); ++i)
    if (!execute_next(fetched, now))
      return;
}

/// Has the sessions of the next operations read. @returns how many operations those are.
std::size_t store_core::want_chunk() {
  std::size_t operations = 0;
  std::size_t wanted = 0;
  for (auto batch = group_batch_; batch < queue_.size() && wanted < options_.fetch_operations_max; ++batch) {
    const auto& items = queue_[batch].items;
    for (auto i = queue_[batch].executed; i < items.size() && wanted < options_.fetch_operations_max; ++i) {
      wanted += items[i].what ? std::max<std::size_t>(want_sessions_of(*items[i].what), 1) : 1;
      ++operations;
    }
  }
  return operations;
}

/// @returns false if the next operation has to wait for another group.
bool store_core::execute_next(const result<void>& fetched, wall_time now) {
  auto& batch = queue_[group_batch_];
  const auto& item = batch.items[batch.executed];
  if (!item.what) {
    answer_failure(*batch.client, item.seq, item.what.error());
  } else if (const auto& is = operations::description_of(*item.what); !fetched && !is_whole_store(is)) {
    answer_failure(*batch.client, item.seq, fetched.error());
  } else {
    if (must_wait(*batch.client, is, item.seq, now)) {
      group_ends_ = true;
      return false;
    }
    execute(*batch.client, item);
  }
  ++group_operations_;
  if (++batch.executed == batch.items.size())
    ++group_batch_;
  return true;
}

bool store_core::must_wait(const client_state& client, const operations::description& what, std::uint64_t seq,
                           wall_time now) {
  const auto repeated = what.changes && seq <= client.highest();
  if (!is_whole_store(what) || repeated)
    return staged_.clear && !repeated;
  if (overlay_.changed() || staged_.clear)
    return true;
  if (what.without_expired && !read_only_) {
    const auto rows = engine_->due(now, 1);
    if (rows && !rows->empty()) {
      sweep_wanted_ = true;
      return true;
    }
  }
  return false;
}

void store_core::stage_rows(wall_time now) {
  if (read_only_) // only reads were executed
    return;
  guard_.append_rows(now, staged_);
  counters_.sessions += overlay_.append_writes(staged_.writes);
  clients_.prepare(staged_);
  if (counters_ != committed_)
    staged_.system_rows.push_back(store_rows::counters_row(counters_.version, counters_.sessions));
}

/// Stages the removal of what is over: sessions, by the index, and tombstones.
result<void> store_core::stage_swept(wall_time now) {
  auto rows = engine_->due(now, options_.sweep_rows_max);
  if (!rows)
    return tl::unexpected{rows.error()};
  sweep_wanted_ = rows->size() == options_.sweep_rows_max;
  staged_.swept = std::move(*rows);
  for (const auto& row : staged_.swept)
    overlay_.want(row.id);
  if (auto fetched = overlay_.fetch(); !fetched)
    return fetched;
  for (const auto& row : staged_.swept)
    if (auto& slot = overlay_.at(row.id); slot.content && !slot.lives(now))
      overlay_.erase(slot);
  const auto more = guard_.sweep(now, options_.sweep_rows_max, staged_);
  if (!more)
    return tl::unexpected{more.error()};
  sweep_wanted_ = sweep_wanted_ || *more;
  return {};
}

bool store_core::prepare_sweep(wall_time now) {
  sweep_turn_ = sweep_wanted_ = false;
  group_ = group_kind::sweep;
  if (auto done = stage_swept(now); !done)
    read_only_ = done.error();
  if (read_only_ || staged_.empty()) {
    end_group();
    return false;
  }
  stage_rows(now);
  return true;
}

bool store_core::prepare_probe() {
  group_ = group_kind::probe;
  staged_.system_rows.push_back(store_rows::probe_row());
  return true;
}

} // namespace cluster_store::actors
