#include <iostream>
#include <string>
#include <vector>

#include <cluster_store/apps/demo/demonstration.hpp>
#include <cluster_store/apps/demo/worker.hpp>
#include <cluster_store/apps/support/program_start.hpp>
#include <cluster_store/backends/whole_number.hpp>

namespace {

constexpr int usage = 2;

int refuse(const std::string& why) {
  std::cerr << "cluster-store-demo: " << why << '\n';
  return usage;
}

/// `--worker N --connect ENDPOINT`, as the demonstration starts its workers.
int run_as_worker(const std::vector<std::string>& arguments) {
  const auto worker = cluster_store::parse_whole_number(arguments[1], 1, cluster_store::apps::demo_workers);
  if (!worker)
    return refuse("--worker: " + worker.error().message);
  const auto where = cluster_store::parse_endpoint(arguments[3]);
  if (!where)
    return refuse("--connect: " + where.error().message);
  return cluster_store::apps::run_worker(static_cast<int>(*worker), *where);
}

} // namespace

int main(int argc, char** argv) {
  cluster_store::apps::begin_program();
  const std::vector<std::string> arguments{argv + 1, argv + argc};
  if (arguments.empty())
    return cluster_store::apps::run_demonstration();
  if (arguments.size() == 4 && arguments[0] == "--worker" && arguments[2] == "--connect")
    return run_as_worker(arguments);
  std::cerr << "usage: cluster-store-demo\n"
               "shows a master and three workers that share sessions, while the master is killed twice\n";
  return usage;
}
