#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include <cluster_store/actors/wire/wire.hpp>
#include <cluster_store/backends/clock.hpp>

namespace cluster_store::simulation {

/// One message between a proxy or a link and a master.
struct message {
  enum class kind : std::uint8_t {
    hello,       ///< `number` of the attempt.
    welcome,     ///< `number` of the attempt, `run` of the store, 0 if there is none.
    batch,       ///< For the store of `run`.
    results,     ///< Of the store of `run`.
    bye,         ///< For the store of `run`.
    beat,        ///< `number` of the link's attempt.
    beat_answer, ///< The same.
    store_ended  ///< The store of `run`; `number` says whether it died.
  };

  kind what{};
  std::uint64_t number = 0;
  std::uint64_t run = 0;
  std::string bytes = {};
};

/// One direction of a connection. Messages keep their order, as those of TCP do.
struct lane {
  std::deque<message> on_the_way;
  steady_time last{};     ///< When the last of them arrives.
  bool stalled = false;   ///< Nothing arrives for now,
  std::uint64_t held = 0; ///< so many that should have.
  bool vanishes = false;  ///< Nothing arrives any more.
};

/// A connection of a process to the master of the store, or within one process.
struct connection {
  enum side : std::uint8_t { worker, master };

  /// One end of it.
  struct end {
    std::uint32_t process = 0;
    std::uint32_t life = 0;
    bool open = true; ///< As far as this end knows.
  };

  std::uint64_t number = 0;
  std::uint64_t attempt = 0; ///< Of the link, 0 within a process.
  wire::token pass{};
  bool local = false;
  end ends[2];
  lane lanes[2]; ///< To the end with the same number.
};

} // namespace cluster_store::simulation
