#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace cluster_store::simulation {

/// What a run met.
struct figures {
  std::uint64_t seeds = 0;
  std::uint64_t operations = 0;      ///< Of sessions, answered.
  std::uint64_t failed = 0;          ///< Of these: with an error.
  std::uint64_t unknown = 0;         ///< Of these: `outcome_unknown` or `deadline_exceeded`.
  std::uint64_t events = 0;          ///< Steps of the world.
  std::uint64_t commits = 0;         ///< Of engines.
  std::uint64_t takeovers = 0;       ///< A process opened data that another one had.
  std::uint64_t hand_overs = 0;      ///< A master ended by itself, having answered.
  std::uint64_t resends = 0;         ///< Operations that were sent again.
  std::uint64_t remembered = 0;      ///< Of these: answered from the client table.
  std::uint64_t refused_batches = 0; ///< With a void ticket.
  std::uint64_t new_clients = 0;     ///< Welcomes that did not continue.
  std::uint64_t power_losses = 0;
  std::uint64_t lost_commits = 0; ///< By these.
  std::uint64_t gaps = 0;         ///< Of time.
  std::uint64_t clock_jumps = 0;
  std::uint64_t kills = 0;
  std::uint64_t stops = 0;
  std::uint64_t cuts = 0;
  std::uint64_t one_way_cuts = 0;
  std::uint64_t store_deaths = 0;
  std::uint64_t engine_failures = 0;
  std::uint64_t data_lock_waits = 0; ///< The data was not free yet when the lock was.

  void add(const figures& other);

  /// @returns them as lines of "name number".
  std::string text() const;
};

/// @returns every figure with its name.
template <class Figures>
auto figures_of(Figures& what) {
  return std::array{
      std::pair{"seeds", &what.seeds},
      std::pair{"operations", &what.operations},
      std::pair{"failed", &what.failed},
      std::pair{"outcome unknown", &what.unknown},
      std::pair{"events", &what.events},
      std::pair{"commits", &what.commits},
      std::pair{"takeovers", &what.takeovers},
      std::pair{"hand-overs", &what.hand_overs},
      std::pair{"resends", &what.resends},
      std::pair{"remembered answers", &what.remembered},
      std::pair{"void tickets refused", &what.refused_batches},
      std::pair{"new clients", &what.new_clients},
      std::pair{"power losses", &what.power_losses},
      std::pair{"commits lost by them", &what.lost_commits},
      std::pair{"gaps of time", &what.gaps},
      std::pair{"clock jumps", &what.clock_jumps},
      std::pair{"kills", &what.kills},
      std::pair{"stops", &what.stops},
      std::pair{"cuts", &what.cuts},
      std::pair{"one-way cuts", &what.one_way_cuts},
      std::pair{"deaths of stores", &what.store_deaths},
      std::pair{"failures of engines", &what.engine_failures},
      std::pair{"waits for the data lock", &what.data_lock_waits},
  };
}

} // namespace cluster_store::simulation
