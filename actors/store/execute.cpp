#include <cluster_store/actors/store/core.hpp>

#include <algorithm>

#include <cluster_store/actors/operations/check.hpp>
#include <cluster_store/actors/operations/coding.hpp>
#include <cluster_store/actors/wire/results.hpp>

namespace cluster_store::actors {

namespace {

/// Nothing but what reads sessions has longer answers, or little longer: messages of errors.
constexpr std::size_t small_answer_bytes_max = 512;

} // namespace

void store_core::read(const wire::batch_item& item, const client_state& client,
                      queued_operation& into) const {
  using operations::coding;
  into.seq = item.seq;
  into.changes = operations::changes(item.tag);
  const auto found = operations::decode<std::string_view>(item.tag, item.body, *into.what);
  if (found == coding::newer)
    into.what = fail(errc::unsupported, "operation " + std::to_string(item.tag)
                                            + ", or a part of it, is not known here: use a client of the "
                                              "master's version");
  else if (found == coding::unreadable || item.seq == 0)
    into.what = fail(errc::invalid_argument,
                     "the body of operation " + std::to_string(item.tag) + " is not readable");
  else if (auto checked = check(*into.what, client); !checked)
    into.what = tl::unexpected{std::move(checked).error()};
}

result<void> store_core::check(const any_operation& what, const client_state& client) const {
  const auto& is = operations::description_of(what);
  if (is.for_admins && client.allowed != rights::administer)
    return fail(errc::unauthorized,
                std::string{is.name} + " needs the role admin here: connect with the admin secret");
  return std::visit([this](const auto& operation) { return operations::check(operation, options_.limits); },
                    what);
}

/// Calls `each` for the ids that an operation names.
template <class Each>
void store_core::for_ids_of(const any_operation& what, Each each) {
  const auto look = [&]<class T>(const operations::field& which, const T& value) {
    if constexpr (operations::is_list<T>)
      std::for_each(value.begin(), value.end(), each);
    else if constexpr (std::is_same_v<T, std::string_view>)
      if (which.what == operations::field::kind::id)
        each(value);
  };
  std::visit([&]<class Operation>(const Operation& operation) { Operation::visit(operation, look); }, what);
}

/// Has the sessions that an operation names read, together with others.
store_core::wanted_sessions store_core::want_sessions_of(const any_operation& what) {
  wanted_sessions needs{.first = overlay_.wanted()};
  std::size_t ids = 0;
  for_ids_of(what, [&](std::string_view id) {
    overlay_.want(id);
    ++ids;
  });
  needs.end = overlay_.wanted();
  needs.just_one = ids == 1 && needs.end == needs.first + 1;
  return needs;
}

/// Reads the session with this number, for an operation that needs it, and others that are wanted after it.
/// @returns false if the group has read so much that the operation had better be the first of the next.
result<bool> store_core::read_session(std::size_t number, const wanted_sessions& needs,
                                      const operations::description& what) {
  const bool only_looks = what.only_removes && needs.first <= number && number < needs.end;
  if (!only_looks && group_operations_ > 0 && group_read_ >= options_.group_bytes_max)
    return false;
  const auto read =
      overlay_.fetch(number, only_looks ? needs.end : overlay_.wanted(), options_.fetch_bytes_max);
  if (!read)
    return tl::unexpected{read.error()};
  if (only_looks)
    overlay_.let_go();
  else
    group_read_ += *read;
  return true;
}

/// Reads what an operation needs, in steps, but no more than shows that its answer is too large.
/// @returns the bytes of data that its sessions have, nothing if it has to wait for the next group.
result<std::optional<std::size_t>> store_core::fetch(const any_operation& what,
                                                     const wanted_sessions& needs) {
  const auto& is = operations::description_of(what);
  result<bool> good = true;
  std::size_t bytes = 0;
  for_ids_of(what, [&](std::string_view id) {
    if (!good || !*good || (!is.changes && bytes > operations::answer_bytes_max))
      return;
    const auto number = overlay_.number_of(id);
    if (!overlay_.at(number).known)
      good = read_session(number, needs, is);
    bytes += overlay_.at(number).living_bytes(view_.now());
  });
  if (is.only_removes && (!good || !*good))
    overlay_.forget(needs.first, needs.end); // it let their data go, and will not remove them
  return good.map([&](bool all) { return all ? std::optional{bytes} : std::nullopt; });
}

store_core::step store_core::execute_next(client_state& client, const wanted_sessions& needs, wall_time now) {
  const auto& item = client.queue.next();
  if (!flow_.has_room(client, small_answer_bytes_max))
    return step::waits_for_room;
  const auto refuse = [&](const error& why) {
    answer_failure(client, item.seq, why);
    return step::executed;
  };
  if (item.changes && answer_repeated(client, item.seq))
    return step::executed;
  if (!item.what)
    return refuse(item.what.error());
  const auto& is = operations::description_of(*item.what);
  if (read_only_ && is.changes)
    return refuse(*read_only_);
  if (is.concerns == operations::reach::store) {
    const auto ready = ready_for(is, now);
    if (!ready)
      return refuse(ready.error());
    return *ready ? execute(client, item) : step::waits_for_group;
  }
  overlay_.expect(needs.first);
  std::size_t bytes = 0;
  if (needs.just_one && overlay_.at(needs.first).known) {
    bytes = overlay_.at(needs.first).living_bytes(now);
  } else {
    const auto needed = fetch(*item.what, needs);
    if (!needed)
      return refuse(needed.error());
    if (!*needed)
      return step::waits_for_group;
    bytes = **needed;
  }
  if (is.changes || bytes > operations::answer_bytes_max) { // its answer is short, whatever it reads
    group_bytes_ += bytes;
    turns::charge(client, bytes);
  } else if ((client.flow.answer_loan > 0 || bytes > small_answer_bytes_max)
             && !flow_.has_room(client, small_answer_bytes_max + bytes)) {
    return step::waits_for_room;
  }
  return execute(client, item);
}

store_core::step store_core::execute(client_state& client, const queued_operation& item) {
  const auto& is = operations::description_of(*item.what);
  const auto coded = std::visit(
      [&](const auto& operation) {
        const auto outcome = perform(operation, view_);
        return replies_.add(client, [&](std::string& out) {
          if (outcome) // the data of a session go from the engine's memory into the frame, once
            wire::append_reply(item.seq, is.tag, out, [&](auto& to) { operations::write(to, *outcome); });
          else
            wire::append_failure(item.seq, outcome.error(), out);
        });
      },
      *item.what);
  if (is.changes) {
    clients_.stage(client, item.seq, coded);
  } else if (coded.size() > small_answer_bytes_max && !flow_.has_room(client, coded.size())) {
    replies_.take_back(client, coded.size());
    return step::waits_for_room;
  }
  flow_.stage(client, coded.size());
  return step::executed;
}

bool store_core::answer_repeated(client_state& client, std::uint64_t seq) {
  if (seq > client.highest())
    return false;
  if (const auto known = client.recall(seq))
    flow_.stage(client, replies_.add(client, [&](std::string& out) { out += *known; }).size());
  else
    answer_failure(client, seq,
                   {errc::outcome_unknown, "the result of operation " + std::to_string(seq)
                                               + " is no longer remembered: read the session"});
  return true;
}

void store_core::answer_failure(client_state& client, std::uint64_t seq, const error& why) {
  const auto coded = replies_.add(client, [&](std::string& out) { wire::append_failure(seq, why, out); });
  flow_.stage(client, coded.size());
}

} // namespace cluster_store::actors
