#include <cluster_store/actors/store/core.hpp>

#include <cluster_store/actors/operations/check.hpp>
#include <cluster_store/actors/operations/coding.hpp>
#include <cluster_store/actors/wire/results.hpp>

namespace cluster_store::actors {

void store_core::read(const wire::batch_item& item, const client_state& client,
                      queued_operation& into) const {
  using operations::coding;
  into.seq = item.seq;
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

/// Has the sessions that an operation names read. @returns how many those are.
std::size_t store_core::want_sessions_of(const any_operation& what) {
  std::size_t count = 0;
  const auto want = [&](std::string_view id) {
    overlay_.want(id);
    ++count;
  };
  const auto look = [&]<class T>(const operations::field& which, const T& value) {
    if constexpr (operations::is_list<T>)
      std::for_each(value.begin(), value.end(), want);
    else if constexpr (std::is_same_v<T, std::string_view>)
      if (which.what == operations::field::kind::id)
        want(value);
  };
  std::visit([&]<class Operation>(const Operation& operation) { Operation::visit(operation, look); }, what);
  return count;
}

void store_core::execute(client_state& client, const queued_operation& item) {
  const auto& is = operations::description_of(*item.what);
  if (is.changes && answer_repeated(client, item.seq))
    return;
  if (read_only_ && is.changes)
    return answer_failure(client, item.seq, *read_only_);
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
  if (is.changes)
    clients_.stage(client, item.seq, coded);
}

bool store_core::answer_repeated(client_state& client, std::uint64_t seq) {
  if (seq > client.highest())
    return false;
  if (const auto known = client.recall(seq))
    replies_.add(client, [&](std::string& out) { out += *known; });
  else
    answer_failure(client, seq,
                   {errc::outcome_unknown, "the result of operation " + std::to_string(seq)
                                               + " is no longer remembered: read the session"});
  return true;
}

void store_core::answer_failure(client_state& client, std::uint64_t seq, const error& why) {
  replies_.add(client, [&](std::string& out) { wire::append_failure(seq, why, out); });
}

} // namespace cluster_store::actors
