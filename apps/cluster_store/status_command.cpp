#include <cluster_store/apps/cluster_store/commands.hpp>

#include <memory>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/apps/cluster_store/status_text.hpp>

namespace cluster_store::apps {

namespace {

exit_code run_status(const connection& where) {
  const auto how = where.worker_options();
  const auto status = query_status(how.where, how.secret_file, how.calls.timeout, how.tls);
  if (!status)
    return report(where.explain(status.error()));
  return print_last(reports_json() ? status_json(*status) : status_table(*status));
}

} // namespace

void add_status_command(command_table& table) {
  const auto where = std::make_shared<connection>();
  auto& command = table.add("status", "Shows the stores of a master and their figures",
                            "cluster-store status\ncluster-store status --connect 127.0.0.1:7401 --json",
                            [where] { return run_status(*where); });
  where->add_to(command, false);
  add_json_flag(command);
}

} // namespace cluster_store::apps
