#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/wire/greeting.hpp>
#include <cluster_store/tests/support/operation.hpp>

namespace cluster_store::tests {

/// A store reduced to its resend rule (DESIGN "Once"): applies a mutation once, answers a repeated one from
/// memory, refuses void tickets unapplied. It knows `get` and `set`.
class model_store {
public:
  wire::welcome greet(const backends::client_id& client) {
    wire::welcome out;
    out.ticket = ++last_ticket_;
    out.incarnation = incarnation_;
    out.in_flight_max = 50;
    out.requests_granted = std::uint64_t{1} << 40;
    const auto found = clients_.find(client);
    out.known = found != clients_.end();
    out.last_applied = out.known ? found->second.last_applied : 0;
    tickets_[client] = out.ticket;
    return out;
  }

  /// @returns the results frame for a batch.
  std::string execute(const std::string& batch) {
    auto reader = wire::batch_reader::open(batch).value();
    const auto& head = reader.head();
    std::string out;
    if (tickets_[head.client] != head.ticket) {
      wire::append_results_head({head.ticket, errc::unavailable}, out);
      return out;
    }
    wire::append_results_head({head.ticket, {}}, out);
    while (auto item = reader.next().value())
      run(head, {read_item(*item).value(), item->seq}, out);
    return out;
  }

  /// The actor ended; its data and its client table live on, its tickets do not.
  void die() { tickets_.clear(); }

  /// Other data: a backup was restored, or everything was lost.
  void restore() {
    die();
    clients_.clear();
    ++incarnation_[0];
  }

  /// @returns the ids of all mutations in the order in which they were applied.
  const std::vector<std::string>& applied() const noexcept { return applied_; }

private:
  struct record {
    std::uint64_t last_applied = 0;
    std::map<std::uint64_t, std::uint64_t> versions;
  };

  template <class Reply>
  static void answer(const numbered_operation& what, const Reply& reply, std::string& out) {
    wire::append_reply(what.seq, what.is().tag, out, [&](auto& to) { operations::write(to, reply); });
  }

  void run(const wire::batch_head& head, const numbered_operation& what, std::string& out) {
    if (const auto* const read = std::get_if<operations::get_of<std::string>>(&what.what)) {
      const auto found = data_.find(read->id);
      return answer(
          what, found == data_.end() ? std::nullopt : std::optional{session_view{found->second, 0, {}}}, out);
    }
    const auto& written = std::get<operations::set_of<std::string>>(what.what);
    auto& client = clients_[head.client];
    client.versions.erase(client.versions.begin(), client.versions.lower_bound(head.floor));
    if (what.seq <= client.last_applied) {
      const auto remembered = client.versions.find(what.seq);
      if (remembered == client.versions.end())
        return wire::append_failure(what.seq, {errc::outcome_unknown, "no longer remembered"}, out);
      return answer(what, version_number{remembered->second}, out);
    }
    applied_.push_back(written.id);
    data_[written.id] = written.data;
    client.last_applied = what.seq;
    answer(what, version_number{client.versions[what.seq] = applied_.size()}, out);
  }

  std::map<backends::client_id, record> clients_;
  std::map<backends::client_id, std::uint64_t> tickets_;
  std::vector<std::string> applied_;
  std::map<std::string, std::string> data_;
  wire::token incarnation_{};
  std::uint64_t last_ticket_ = 0;
};

} // namespace cluster_store::tests
