#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/apps/bench/load.hpp>
#include <cluster_store/apps/bench/settings.hpp>
#include <cluster_store/apps/support/processes/child_process.hpp>

namespace cluster_store::apps {

/// Who puts load on the store: this process, or several copies of this program that are told what to do line
/// by line, so that their rounds start together.
///
/// A member reads `fill` or `run MILLISECONDS IN_FLIGHT` and answers `filled`, `round …` (`encode_round`) or
/// `failed CODE MESSAGE`; before all that it says `ready`. Threads: the one that made it.
class crew {
public:
  crew() = default; ///< Nobody; only assignment makes sense.

  /// This process, with a handle of its own.
  crew(client store, const load_settings& how);

  /// Starts `how.workers` copies of this program, which connect to `how.connect`, and waits for them.
  /// @errors `io_error` if one does not get ready.
  static result<crew> start(const bench_settings& how);

  /// Sets every session once. Blocks.
  result<void> fill();

  /// Runs one round everywhere at once and puts together what was seen. Blocks.
  /// @errors `io_error` if a member died.
  result<std::unique_ptr<round_result>> run(std::chrono::milliseconds time, std::uint32_t in_flight);

  /// @returns the processes of the crew.
  std::vector<pid_t> processes() const;

  /// @returns operations completed so far in the round; 0 if others run it. From any thread.
  std::uint64_t completed() const { return own_ ? own_->completed() : 0; }

private:
  std::unique_ptr<load> own_;
  client store_;
  std::vector<child_process> members_;
};

/// What a copy of this program that `crew::start` started does: obeys its standard input until that ends.
/// @returns the exit code.
int run_member(const bench_settings& how);

} // namespace cluster_store::apps
