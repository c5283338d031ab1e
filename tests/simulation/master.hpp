#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <cluster_store/actors/gate/core.hpp>
#include <cluster_store/actors/store/restart_window.hpp>
#include <cluster_store/tests/simulation/store_double.hpp>

namespace cluster_store::simulation {

/// What a master has: the gate and the supervisor of its one store, as `gate` and `supervisor` feed their
/// cores.
class master {
public:
  master(world& where, std::uint32_t process, std::uint32_t life);

  /// There is a connection.
  void accept(const connection& over);

  /// A message that arrived over a connection.
  void take(connection& over, message&& what);

  /// A connection is over.
  void ended(const connection& what);

  /// What is due of the store, the supervisor and the gate.
  void happens(const event& what);

  /// @returns once: that the store has started, or why it could not for a second.
  std::optional<result<void>> take_first_start();

  /// Welcomes nobody any more, and ends when what was accepted is answered.
  void stop();

  /// @returns whether it has ended after `stop`.
  bool is_over() const noexcept { return over_; }

  /// The process ends: what it had open is closed by the kernel, some time.
  void killed();

  /// It closes what it had open.
  void close();

private:
  void greet(const connection& over, message&& what);
  void answer(std::uint64_t order, const result<wire::welcome>& what);
  void start_failed(const error& why);
  void retry(const std::string& problem);
  void end_if_drained();
  void opened();
  void store_happens(const event& what);
  void look_after_store();
  void close_store(bool of_kernel);
  void lose_what_is_not_durable();
  void tell_of_end(std::uint64_t run, bool died);
  void close_silent();
  event at_self(happening what, std::uint64_t number = 0) const;

  struct question {
    std::uint64_t connection = 0;
    std::uint64_t attempt = 0;
  };

  world& world_;
  std::uint32_t process_;
  std::uint32_t life_;
  actors::gate_core gate_{false};
  actors::silence_watch silence_;
  actors::restart_window window_;
  std::unique_ptr<store_double> store_;
  std::uint64_t claim_ = 0; ///< To the data.
  bool has_opened_ = false; ///< What is not durable is this process's own.
  std::map<std::uint64_t, question> questions_;
  std::uint64_t last_question_ = 0;
  std::map<std::uint64_t, steady_time> open_; ///< Connections, and since when.
  steady_time impatient_at_;
  std::optional<result<void>> first_start_;
  bool first_start_taken_ = false;
  bool stopping_ = false;
  bool over_ = false;
};

} // namespace cluster_store::simulation
