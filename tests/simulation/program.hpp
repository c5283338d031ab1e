#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <cluster_store/actors/proxy/core.hpp>
#include <cluster_store/tests/simulation/world.hpp>

namespace cluster_store::simulation {

/// A program that uses a store: asks for crowds of operations on few sessions, and hears the answers.
class program {
public:
  explicit program(world& where);

  /// Asks for the next crowd. @param submit takes each operation.
  template <class Submit>
  void ask(Submit submit) {
    const auto left = world_.how.operations - std::min(world_.how.operations, world_.books.asked());
    for (auto wanted = std::min<std::size_t>(left, world_.random.between(1, world_.how.crowd_max));
         wanted > 0; --wanted)
      submit(next());
  }

  /// Reads one session: at the end, everybody looks.
  std::unique_ptr<actors::call> read(std::uint32_t key);

  /// An answer came. Must not call back.
  void answered(std::uint64_t number, const ledger::answer& what);

  /// @returns how many are unanswered.
  std::size_t open() const noexcept { return open_; }

  /// Its proxy hears that a store died, or that the data are others than before: reasons to know less.
  void heard_of_death() { deaths_[1] = std::exchange(deaths_[0], world_.now()); }
  void heard_of_other_data() { other_data_ = world_.now(); }

  /// The process could not run until now.
  void resumed() { resumed_at_ = world_.now(); }

  /// The process is killed.
  void killed() { world_.books.abandoned(worker_); }

private:
  std::unique_ptr<actors::call> next();
  std::uint64_t note(ledger::kind what, std::uint32_t key, std::optional<version_number> if_version = {});
  std::unique_ptr<actors::call> set(std::uint32_t key);
  const std::string& data_of(std::uint64_t number);

  world& world_;
  std::uint32_t worker_;
  std::size_t open_ = 0;
  steady_time resumed_at_{};
  steady_time deaths_[2]{};  ///< When it heard of one last, and before that.
  steady_time other_data_{}; ///< When it heard of others last.
  std::vector<std::string> ids_;
  std::vector<version_number> seen_; ///< Of each session: the version it last saw.
  std::string data_;
};

} // namespace cluster_store::simulation
