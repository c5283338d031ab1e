#include <cluster_store/apps/cluster_store/commands.hpp>

#include <memory>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/apps/cluster_store/status_text.hpp>

namespace cluster_store::apps {

namespace {

result<server_status> ask(const connection& where) {
  const auto endpoint = where.where();
  if (!endpoint)
    return tl::unexpected{endpoint.error()};
  const auto timeout = where.timeout();
  if (!timeout)
    return tl::unexpected{timeout.error()};
  return query_status(*endpoint, where.secret_file(), *timeout, where.tls()).map_error([&](error problem) {
    return where.explain(std::move(problem));
  });
}

exit_code run_status(const common_flags& flags) {
  const auto status = ask(flags.where);
  if (!status)
    return report(status.error());
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
