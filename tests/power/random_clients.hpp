#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <cluster_store/actors/store/core.hpp>
#include <cluster_store/tests/support/history.hpp>
#include <cluster_store/tests/support/operation.hpp>

namespace cluster_store::tests {

/// Clients of a store core that send random operations, keep to the protocol when the store dies (what is
/// unanswered goes again, with its old numbers), and record what they saw.
///
/// On some sessions they do what a history can express (no expiry, no regenerate); on others everything.
class random_clients {
public:
  random_clients(std::size_t count, std::uint64_t seed);

  /// All say hello to a store that is new or was opened again, and send again what is unanswered.
  void greet(actors::store_core& store);

  /// Each sends a few new operations; some say farewell and come back as somebody else.
  void send(actors::store_core& store);

  /// Reads each session of the history once.
  void send_reads(actors::store_core& store);

  void take(const std::vector<actors::outgoing_frame>& frames);

  /// What was seen so far; operations without an answer are unknown.
  const history& calls() const noexcept { return history_; }

  /// Mutations that were sent again so far.
  std::size_t resent() const noexcept { return resent_; }

private:
  struct pending {
    action what = action::get;
    bool moves = false; ///< Not `what`, but a regenerate.
    std::string id;
    std::string target;
    std::string data;
    std::optional<time_to_live> ttl;
    condition when;
    std::optional<std::size_t> call; ///< Index in the history, if it is part of it.

    numbered_operation operation(std::uint64_t seq) const;
  };

  struct client {
    backends::client_id id;
    std::uint64_t ticket = 0;
    std::uint64_t seq = 0;
    std::map<std::uint64_t, pending> unanswered;
  };

  std::uint64_t below(std::uint64_t limit);
  void rename(client& who);
  pending random_operation(std::uint32_t worker);
  pending recorded_operation(std::uint32_t worker);
  pending free_operation();
  std::size_t record(std::uint32_t worker, const pending& what, std::uint64_t value);
  void submit(actors::store_core& store, client& who, std::uint64_t from);
  void settle(const pending& what, const result<test_answer>& answer);

  std::vector<client> clients_;
  std::mt19937_64 random_;
  history history_;
  std::unordered_map<std::string, std::uint64_t> versions_; ///< Last version seen of each session.
  std::unordered_set<std::uint64_t> given_;                 ///< All versions.
  std::uint64_t last_value_ = 0;
  moment moment_ = 0;
  std::size_t resent_ = 0;
};

} // namespace cluster_store::tests
