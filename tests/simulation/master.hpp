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

  /// A message that arrived over a connection.
  void take(connection& over, message&& what);

  /// A connection is over.
  void ended(const connection& what);

  /// What is due of the store, the supervisor and the gate.
  void happens(const event& what);

  /// @returns since when the data cannot be opened because another process has them; nothing if it has them
  /// or another reason not to.
  std::optional<steady_time> waits_since() const noexcept { return waits_since_; }

  /// The process ends: what it had open is closed by the kernel, some time.
  void killed();

  /// It lets another one try.
  void give_up();

private:
  void greet(const connection& over, message&& what);
  void answer(std::uint64_t order, const result<wire::welcome>& what);
  void start_later(const std::string& problem);
  void opened();
  void store_happens(const event& what);
  void look_after_store();
  void close_store(bool of_kernel);
  void lose_what_is_not_durable();
  void tell_of_end(std::uint64_t run);
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
  std::optional<steady_time> waits_since_;
};

} // namespace cluster_store::simulation
