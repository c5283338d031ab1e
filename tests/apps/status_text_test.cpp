#include <cluster_store/apps/cluster_store/status_text.hpp>

#include <nlohmann/json.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

namespace {

server_status sample() {
  server_status status;
  status.stores.push_back({"sessions", "rocksdb", true, 12, 3, 4'567, 89, 1, ""});
  status.stores.push_back({"carts", "", false, 0, 0, 0, 0, 6, "the disk is full"});
  status.endpoints.push_back(*parse_endpoint("127.0.0.1:7401"));
  status.connections = 2;
  status.workers = {{"web", 0, 815, 2}, {"web", 3, 4'711, 1}};
  status.refused = 5;
  return status;
}

} // namespace

TEST_CASE("a status is JSON for programs") {
  const auto object = nlohmann::json::parse(status_json(sample()));
  CHECK(object["connections"] == 2);
  CHECK(object["refused"] == 5);
  CHECK(object["endpoints"][0] == "127.0.0.1:7401");
  CHECK(object["stores"][0]["name"] == "sessions");
  CHECK(object["stores"][0]["operations"] == 4'567);
  CHECK(object["stores"][0]["up"] == true);
  CHECK(object["stores"][1]["problem"] == "the disk is full");
  CHECK(object["workers"][1]["name"] == "web");
  CHECK(object["workers"][1]["number"] == 3);
  CHECK(object["workers"][1]["process"] == 4'711);
  CHECK(object["workers"][0]["handles"] == 2);
}

TEST_CASE("a status is a table for people") {
  const auto text = status_table(sample());
  for (const auto* part :
       {"127.0.0.1:7401", "sessions", "rocksdb", "4567", "the disk is full", "web", "4711"})
    CHECK(text.find(part) != std::string::npos);
}
