#pragma once

#include <list>
#include <vector>

#include <cluster_store/tests/support/master.hpp>
#include <cluster_store/tests/support/pipe_worker.hpp>
#include <cluster_store/tests/system/consistency.hpp>

namespace cluster_store::tests {

/// A master that runs, and workers of it.
struct crew {
  crew(const sandbox& where, const master_options& how, std::size_t count = 4) : server(where, how) {
    server.start();
    while (count-- > 0)
      all.push_back(&workers.emplace_back(server));
  }

  /// Ends all in peace: workers answer what is pending, then the master stops.
  void dismiss() {
    for (auto& each : workers) {
      CHECK(each.finish() == 0);
      CHECK(each.problems().empty());
    }
    CHECK(server.stop() == 0);
  }

  /// Lets the output of the master be read while `traffic` runs.
  void listen_during(load& traffic) {
    traffic.also_read([this] { return &server.self(); });
  }

  master server;
  std::list<pipe_worker> workers;
  std::vector<pipe_worker*> all;
};

} // namespace cluster_store::tests
