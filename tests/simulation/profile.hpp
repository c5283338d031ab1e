#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <cluster_store/actors/options.hpp>
#include <cluster_store/actors/store/flow_control.hpp>
#include <cluster_store/backends/backend.hpp>
#include <cluster_store/tests/simulation/defect.hpp>

namespace cluster_store::simulation {

/// How one run is, all of it chosen by its seed.
struct profile {
  using duration = std::chrono::steady_clock::duration;

  std::uint64_t seed = 0;
  defect wrong = defect::none;
  std::size_t candidates = 2; ///< Processes on the host of the data, which may become its master.
  std::size_t elsewhere = 0;  ///< Processes on other hosts.
  std::size_t keys = 16;      ///< Sessions that are asked for.
  std::size_t operations = 0; ///< Asked for in all.
  std::size_t crowd_max = 32; ///< Operations that a program asks for at once.
  std::size_t large_data = 0; ///< One in a thousand sets so many has 20 KiB.
  bool expiring = false;      ///< Some sessions have a short life.
  bool durable = true;        ///< The data survive the process of the master.
  backends::traits::syncing sync = backends::traits::syncing::always;
  std::chrono::milliseconds timeout{5'000}; ///< Of operations.
  std::size_t group_operations_max = 1'024; ///< Of a commit.
  queue_limits queue;                       ///< Of proxies.
  actors::client_table::limits clients;     ///< Of the store.
  actors::flow_control::limits flow;        ///< Of the store.
  duration think{};                         ///< Between crowds.
  duration delay_max{};                     ///< Of the network.
  duration commit_max{};                    ///< What a commit takes.
  duration fault_mean{};                    ///< Between faults.
};

/// @returns it on one line, for whoever replays a seed.
std::string to_string(const profile& what);

/// @returns the profile of `seed`.
profile profile_of(std::uint64_t seed, defect wrong = defect::none);

} // namespace cluster_store::simulation
