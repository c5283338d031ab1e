#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/backends/backend.hpp>
#include <cluster_store/tests/support/history.hpp>

namespace cluster_store::simulation {

/// What programs ask for, how they are answered, and what became of it in the engine: it is told of all three
/// and compares them at once, so that a check costs no search. What it needs of the engine is only which rows
/// it was given and what is safe from a power cut; of the cores it knows nothing.
///
/// A set writes the number of its operation as data, so each row says whose it is. One thread.
class ledger {
public:
  enum class kind : std::uint8_t { get, set, touch, destroy };

  /// How an operation stands.
  enum class fate : std::uint8_t {
    open,
    answered,
    unapplied, ///< Answered with an error that promises that nothing was applied.
    unknown    ///< Answered with an error that does not, or its program was killed.
  };

  struct operation {
    kind what = kind::get;
    fate how = fate::open;
    bool found = false;
    bool conflict = false; ///< Its condition did not hold.
    std::uint32_t worker = 0;
    std::uint32_t key = 0;
    std::optional<version_number> if_version = {};
    steady_time asked{};
    steady_time answered{};
    version_number version = 0;      ///< Of the answer.
    std::uint64_t value = 0;         ///< That a get read.
    version_number seen_version = 0; ///< That the engine was given.
    std::uint64_t seen_commit = 0;
  };

  struct answer {
    std::optional<errc> failure = {};
    std::string_view why = {}; ///< The message of the failure.
    bool found = false;
    version_number version = 0;
    std::uint64_t value = 0;
  };

  struct rules {
    std::size_t keys = 0;
    bool durable = true;
    bool always_synced = true; ///< No answer may show what a power cut could take.
  };

  explicit ledger(const rules& how);

  // -- programs

  /// @returns the number of a program that asks from now on.
  std::uint32_t new_worker();

  /// @returns the number of the operation, from 1.
  std::uint64_t ask(operation what);

  /// @param may_be_unknown whether `outcome_unknown` is a fair answer now.
  void answered(std::uint64_t number, const answer& what, steady_time now, bool may_be_unknown);

  /// The program of `worker` was killed.
  void abandoned(std::uint32_t worker);

  // -- the engine

  void committed(const backends::commit& what, std::uint64_t number, steady_time now);
  void synced(std::uint64_t number) { synced_ = std::max(synced_, number); }

  /// A power cut took what was after commit `last`.
  void lost_after(std::uint64_t last, steady_time now);

  /// The data were removed.
  void removed(steady_time now);

  /// The store judges expiry by this.
  void saw(wall_time now) { latest_ = std::max(latest_, now); }

  // -- the end

  /// What can only be checked when all is answered.
  void finish();

  /// @returns the calls, for a check that knows nothing of the engine; none if that would not be fair: some
  /// of them were lost, as they may, or expired.
  std::optional<tests::history> calls() const;

  const operation& at(std::uint64_t number) const { return operations_[number - 1]; }
  std::size_t asked() const noexcept { return operations_.size(); }
  std::size_t open() const noexcept { return open_; }

  /// @returns the first contradiction; empty if there is none.
  const std::string& problem() const noexcept { return problem_; }

  static std::string id_of(std::uint32_t key);

private:
  /// What a session was from a commit on, until the next of these.
  struct state {
    version_number version = 0; ///< 0: there is none.
    std::uint64_t value = 0;
    std::uint64_t commit = 0;
    steady_time since{};
    std::optional<wall_time> expires_at = {};
  };

  /// Operations of one kind on one session that a group may have swallowed.
  struct crowd {
    std::size_t open = 0;
    bool any_unknown = false;
    steady_time last_answer = steady_time::min();
  };

  struct session_history {
    std::vector<state> states{state{}};
    std::vector<state> lost; ///< By power cuts that may take them.
    crowd sets;
    crowd destroys;
  };

  struct seen_commit {
    steady_time at{};
    version_number last_version = 0;
  };

  void fail(const std::string& what, std::uint64_t number);
  void fail_of(std::uint32_t key, const std::string& what);
  void write(const backends::write& what, std::uint64_t commit, steady_time now, version_number before);
  void put(const backends::write& what, std::uint64_t commit, steady_time now, version_number before);
  void judge_failure(std::uint64_t number, const answer& what, bool may_be_unknown);
  void judge(std::uint64_t number, const answer& what);
  void judge_set(std::uint64_t number, const answer& what);
  void judge_get(std::uint64_t number, const answer& what);
  void show(std::uint64_t commit, std::uint64_t number);
  bool was_swallowed(const operation& what, std::uint64_t commit) const;
  bool was_removed(const operation& what) const;
  bool was_present(const operation& what) const;
  bool was_absent(const operation& what) const;
  const state* find(const operation& what, version_number version) const;
  std::optional<std::uint64_t> commit_of(version_number version) const;
  crowd* crowd_of(const operation& what);

  rules rules_;
  std::vector<operation> operations_;
  std::vector<session_history> sessions_;
  std::vector<seen_commit> commits_;
  std::vector<std::uint64_t> last_applied_; ///< Of each worker: its last set that a former commit applied.
  std::vector<std::uint64_t> applied_now_;  ///< The same with the present one.
  std::size_t first_commit_ = 0;            ///< Of the data that there are now.
  std::uint64_t synced_ = 0;
  std::size_t open_ = 0;
  wall_time latest_ = wall_time::min();
  bool any_lost_ = false;
  bool any_expiry_ = false;
  std::string problem_;
};

} // namespace cluster_store::simulation
