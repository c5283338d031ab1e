#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/wire/wire.hpp>

namespace cluster_store::tests {

/// A store reduced to its resend rule (DESIGN "Once"): applies a mutation once, answers a repeated one from
/// memory, refuses void tickets unapplied. Every mutation counts as a `set`.
class model_store {
public:
  wire::welcome greet(const backends::client_id& client) {
    wire::welcome out;
    out.ticket = ++last_ticket_;
    out.incarnation = incarnation_;
    out.in_flight_max = 50;
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
      wire::append_result(item->seq, run(head, item->what.value()), out);
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

  result<wire::answer> run(const wire::batch_head& head, const wire::operation& what) {
    wire::answer out;
    out.what = what.what;
    if (!wire::is_mutation(what.what)) {
      if (const auto found = data_.find(std::string{what.id}); found != data_.end())
        out.found = true, out.content.data = found->second;
      return out;
    }
    auto& client = clients_[head.client];
    client.versions.erase(client.versions.begin(), client.versions.lower_bound(head.floor));
    if (what.seq <= client.last_applied) {
      const auto remembered = client.versions.find(what.seq);
      if (remembered == client.versions.end())
        return fail(errc::outcome_unknown, "no longer remembered");
      out.content.version = remembered->second;
      return out;
    }
    applied_.emplace_back(what.id);
    data_[std::string{what.id}] = what.data;
    client.last_applied = what.seq;
    out.content.version = client.versions[what.seq] = applied_.size();
    return out;
  }

  std::map<backends::client_id, record> clients_;
  std::map<backends::client_id, std::uint64_t> tickets_;
  std::vector<std::string> applied_;
  std::map<std::string, std::string> data_;
  wire::token incarnation_{};
  std::uint64_t last_ticket_ = 0;
};

} // namespace cluster_store::tests
