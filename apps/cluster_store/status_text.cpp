#include <cluster_store/apps/cluster_store/status_text.hpp>

#include <nlohmann/json.hpp>

#include <cluster_store/apps/support/terminal/table.hpp>
#include <cluster_store/apps/support/terminal/text.hpp>

namespace cluster_store::apps {

std::string status_json(const server_status& status) {
  auto stores = nlohmann::ordered_json::array();
  for (const auto& store : status.stores)
    stores.push_back({{"name", store.name},
                      {"engine", store.engine},
                      {"up", store.up},
                      {"sessions", store.sessions},
                      {"clients", store.clients},
                      {"operations", store.operations},
                      {"commits", store.commits},
                      {"restarts", store.restarts},
                      {"problem", store.problem}});
  auto endpoints = nlohmann::ordered_json::array();
  for (const auto& where : status.endpoints)
    endpoints.push_back(to_string(where));
  auto workers = nlohmann::ordered_json::array();
  for (const auto& worker : status.workers)
    workers.push_back({{"name", worker.name},
                       {"number", worker.number},
                       {"process", worker.process_id},
                       {"handles", worker.handles}});
  const nlohmann::ordered_json document{{"stores", std::move(stores)},
                                        {"endpoints", std::move(endpoints)},
                                        {"connections", status.connections},
                                        {"refused", status.refused},
                                        {"workers", std::move(workers)}};
  return document.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::string status_table(const server_status& status) {
  table stores{{"store", "engine", "up", "sessions", "clients", "operations", "commits", "restarts"}};
  std::string problems;
  for (const auto& store : status.stores) {
    stores.add({store.name, store.engine.empty() ? "-" : store.engine, store.up ? "yes" : "no",
                std::to_string(store.sessions), std::to_string(store.clients),
                std::to_string(store.operations), std::to_string(store.commits),
                std::to_string(store.restarts)});
    if (!store.problem.empty())
      problems += "problem of " + store.name + ": " + printable(store.problem) + '\n';
  }
  std::string text = "endpoints:  ";
  for (const auto& where : status.endpoints)
    text += ' ' + printable(to_string(where));
  text += "\nconnections: " + std::to_string(status.connections);
  text += "\nrefused:     " + std::to_string(status.refused) + "\n\n";
  text += stores.text() + problems;
  if (status.workers.empty())
    return text;
  table workers{{"worker", "number", "process", "handles"}};
  for (const auto& each : status.workers)
    workers.add({printable(each.name), each.number == 0 ? "-" : std::to_string(each.number),
                 std::to_string(each.process_id), std::to_string(each.handles)});
  return text + '\n' + workers.text();
}

} // namespace cluster_store::apps
