#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <cluster_store/tests/support/history.hpp>
#include <cluster_store/tests/support/master.hpp>

namespace cluster_store::tests {

/// One answer of `pipe`.
struct pipe_answer {
  nlohmann::json body;
  moment at = 0; ///< When it was read.

  bool ok() const { return body.value("ok", false); }
  std::string error() const { return body.value("error", ""); }
};

/// @returns now, on the clock of histories.
moment now();

/// A `cluster-store pipe` under test. Sees to it that every line it sends is answered exactly once.
class pipe_worker {
public:
  explicit pipe_worker(const program& what) : process_(what) {}

  /// A worker of `server`'s first store.
  explicit pipe_worker(const master& server, std::vector<std::string> more_arguments = {});

  /// Sends `operation` with the next seq. @returns that number.
  std::uint64_t send(nlohmann::json operation);

  /// Takes the answers that came; reads what is there.
  std::vector<pipe_answer> take_answers();

  /// Sends `operation` and waits for its answer; answers to others that come meanwhile are kept for
  /// `take_answers`.
  /// @throws std::runtime_error if there is none after 15 s.
  nlohmann::json call(nlohmann::json operation);

  /// How many lines have no answer yet.
  std::size_t pending() const noexcept { return pending_.size(); }

  /// What contradicts "each line is answered exactly once" so far; empty if nothing does.
  const std::string& problems() const noexcept { return problems_; }

  /// Ends its input and waits for its end. @returns its exit code; nothing if it lives on for more than 20 s.
  std::optional<exit_code> finish();

  process& self() noexcept { return process_; }

private:
  void read();
  void take(const std::string& line);

  process process_;
  std::uint64_t last_seq_ = 0;
  std::set<std::uint64_t> pending_;
  std::vector<pipe_answer> answers_;
  std::string problems_;
};

} // namespace cluster_store::tests
