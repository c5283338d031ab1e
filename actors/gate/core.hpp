#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <cluster_store/actors/status.hpp>
#include <cluster_store/actors/store/client_table.hpp>
#include <cluster_store/actors/wire/greeting.hpp>
#include <cluster_store/backends/clock.hpp>

namespace cluster_store::actors {

/// Who says hello.
struct visitor {
  bool local = false;    ///< A proxy of this process.
  bool admitted = false; ///< Shows a pass that the door gave out.
  bool proved = false;   ///< Knows the secret of the role it asks for, if that takes one.
};

/// A client that was welcomed, and what is still needed of its hello.
struct guest {
  guest(std::uint64_t granted, const wire::hello& said)
      : ticket(granted),
        pass(said.pass),
        worker(said.worker),
        worker_number(said.worker_number),
        process_id(said.process_id) {}

  std::uint64_t ticket;
  wire::token pass;
  std::string worker;
  std::uint64_t worker_number;
  std::uint64_t process_id;
};

using guest_book = std::map<backends::client_id, guest>;

/// @returns the processes that the guests belong to, in the order of their numbers, names and processes.
std::vector<worker_status> workers_of(const guest_book& guests);

/// Decides who is welcome to which store.
///
/// Pure; one thread.
class gate_core {
public:
  /// @param admins_apart whether administering is for the role admin alone; else everybody may.
  /// @param kept how the stores are kept, in words, by name; who would keep one otherwise is not let in.
  explicit gate_core(bool admins_apart, std::map<std::string, std::string> kept = {})
      : kept_(std::move(kept)), admins_apart_(admins_apart) {}

  /// The named store can be used, or not, and why.
  void set_up(const std::string& store) { stores_[store].clear(); }
  void set_down(const std::string& store, const std::string& problem) {
    stores_[store] = problem.empty() ? "it is down" : problem;
  }

  /// Nobody is welcome any more.
  void close() noexcept { closed_ = true; }

  /// @returns whether whoever said `message` is welcome.
  /// @errors `unauthorized` without a pass or a proof, `version_mismatch` naming both ranges,
  /// `invalid_argument` for a store that is not here or that its process would keep otherwise, `unavailable`
  /// while it is restarting or the master stops.
  result<void> admit(const wire::hello& message, const visitor& who);

  /// @returns what somebody who is welcome may do. The process itself may do everything.
  rights rights_of(const wire::hello& message, const visitor& who) const noexcept {
    return who.local || message.administers || !admins_apart_ ? rights::administer : rights::operate;
  }

private:
  std::map<std::string, std::string> stores_; ///< Name → why it is down; empty = it is up.
  std::map<std::string, std::string> kept_;
  bool closed_ = false;
  bool admins_apart_;
};

/// Notices connections that have shown no sign of life for too long. A worker beats every 2 s.
///
/// Pure; one thread.
class silence_watch {
public:
  /// One connection of the door.
  struct connection {
    wire::token pass{};
    steady_time since{}; ///< When it was admitted.
  };

  /// Longer than a worker's own patience (6 s), so that the worker gives up first.
  static constexpr std::chrono::seconds patience{15};

  void heard(const wire::token& pass, steady_time now) { last_[pass] = now; }

  /// @param open the connections there are now; others are forgotten.
  /// @returns the passes of those that have been silent for `patience`.
  /// @post what is remembered is of connections that are not among them.
  std::vector<wire::token> silent(const std::vector<connection>& open, steady_time now);

private:
  std::map<wire::token, steady_time> last_;
};

} // namespace cluster_store::actors
