#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <cluster_store/apps/demo/demonstration.hpp>
#include <cluster_store/apps/demo/worker.hpp>
#include <cluster_store/apps/support/program_start.hpp>

namespace {

constexpr int usage = 2;

/// `--worker N --connect ENDPOINT`, as the demonstration starts its workers.
int run_as_worker(const std::vector<std::string>& arguments) {
  const auto where = cluster_store::parse_endpoint(arguments[3]);
  if (!where) {
    std::cerr << where.error().message << '\n';
    return usage;
  }
  return cluster_store::apps::run_worker(std::atoi(arguments[1].c_str()), *where);
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
