#include <cluster_store/apps/cluster_store/commands.hpp>

#include <memory>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/apps/cluster_store/status_text.hpp>

namespace cluster_store::apps {

namespace {

exit_code run_status(const common_flags& flags) {
  const auto& how = flags.where.worker_options();
  const auto status = query_status(how.where, how.secret_file, how.calls.timeout, how.tls);
  if (!status)
    return report(flags.where.explain(status.error()));
  return print_last(flags.json ? status_json(*status) : status_table(*status));
}

} // namespace

void add_status_command(command_table& table) {
  auto& command = table.add("status", "Shows the stores of a master and their figures",
                            "cluster-store status\ncluster-store status --connect 127.0.0.1:7401 --json");
  auto flags = std::make_shared<common_flags>();
  flags->where.add_to(command, false);
  add_json_flag(command, flags->json);
  table.run(command, [flags] { return run_status(*flags); });
}

} // namespace cluster_store::apps
