#include <cluster_store/apps/cluster_store/settings.hpp>

#include <fstream>
#include <map>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

namespace {

/// A program with the commands `get` and `serve`, its environment and file.
struct program {
  CLI::App app{"about", "program"};
  std::string connect = "built-in";
  bool json = false;
  std::vector<std::string> stores;
  std::vector<std::string> listen;
  int connections_max = 0;
  std::map<std::string, std::string> variables;
  tests::temporary_directory directory;

  program() {
    app.require_subcommand(1);
    app.fallthrough();
    app.add_option("--config", "file")->configurable(false);
    auto* get = app.add_subcommand("get");
    get->add_option("id", "id")->required()->configurable(false);
    get->add_option("--connect", connect);
    get->add_option("--store", store);
    get->add_flag("--json", json);
    auto* serve = app.add_subcommand("serve");
    serve->add_option("--store", stores)->expected(1)->take_all()->group(own_groups::stores);
    serve->add_option("--listen", listen)->expected(1)->take_all();
    serve->add_option("--connections-max", connections_max)->check(CLI::Range(1, 10));
  }

  std::string file(const std::string& text) {
    const auto path = directory / "settings.toml";
    std::ofstream{path} << text;
    return path;
  }

  void parse(const std::vector<std::string>& arguments) {
    parse_with_settings(app, arguments, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional{found->second};
    });
  }

  std::string store = "default";
};

} // namespace

TEST_CASE("a flag wins over a variable and a variable over the file") {
  program run;
  const auto path = run.file("connect = \"from-file\"\n");

  SECTION("the file alone") {
    run.parse({"get", "a", "--config", path});
    CHECK(run.connect == "from-file");
  }
  SECTION("the file, named by a variable") {
    run.variables["CLUSTER_STORE_CONFIG"] = path;
    run.parse({"get", "a"});
    CHECK(run.connect == "from-file");
  }
  SECTION("the variable and the file") {
    run.variables["CLUSTER_STORE_CONNECT"] = "from-variable";
    run.parse({"--config", path, "get", "a"});
    CHECK(run.connect == "from-variable");
  }
  SECTION("the flag, the variable and the file") {
    run.variables["CLUSTER_STORE_CONNECT"] = "from-variable";
    run.parse({"get", "a", "--connect", "from-flag", "--config", path});
    CHECK(run.connect == "from-flag");
  }
  SECTION("none") {
    run.parse({"get", "a"});
    CHECK(run.connect == "built-in");
  }
}

TEST_CASE("what is set for one command wins over what is set for all") {
  program run;
  run.variables["CLUSTER_STORE_CONNECT"] = "for-all";
  run.variables["CLUSTER_STORE_GET_CONNECT"] = "for-get";
  run.parse(
      {"get", "a", "--config", run.file("store = \"for-all\"\n[get]\nstore = \"for-get\"\njson = true\n")});
  CHECK(run.connect == "for-get");
  CHECK(run.store == "for-get");
  CHECK(run.json);
}

TEST_CASE("the stores of serve are not the store of the other commands") {
  program run;
  run.variables["CLUSTER_STORE_STORE"] = "sessions";
  const auto path = run.file("store = \"carts\"\n[serve]\nlisten = [\"one\", \"two\"]\n");
  SECTION("serve takes no short name") {
    run.parse({"serve", "--config", path});
    CHECK(run.stores.empty());
    CHECK(run.listen == std::vector<std::string>{"one", "two"});
  }
  SECTION("serve takes its own") {
    run.variables["CLUSTER_STORE_SERVE_STORE"] = "a=memory:";
    run.parse({"serve", "--config", path});
    CHECK(run.stores == std::vector<std::string>{"a=memory:"});
  }
  SECTION("get takes the short one") {
    run.parse({"get", "a", "--config", path});
    CHECK(run.store == "sessions");
  }
}

TEST_CASE("a setting that no command knows is refused") {
  program run;
  for (const auto* text : {"conect = \"x\"\n", "[get]\nlisten = \"x\"\n", "[put]\nconnect = \"x\"\n",
                           "[get.more]\nconnect = \"x\"\n", "config = \"x\"\n", "id = \"x\"\n"}) {
    INFO(text);
    CHECK_THROWS_AS(run.parse({"get", "a", "--config", run.file(text)}), CLI::ParseError);
  }
  CHECK_THROWS_AS(run.parse({"get", "a", "--config", run.directory / "missing"}), CLI::ParseError);
}

TEST_CASE("a setting is checked like a flag") {
  program run;
  run.variables["CLUSTER_STORE_CONNECTIONS_MAX"] = "11";
  CHECK_THROWS_AS(run.parse({"serve"}), CLI::ParseError);
  run.variables["CLUSTER_STORE_CONNECTIONS_MAX"] = "many";
  CHECK_THROWS_AS(run.parse({"serve"}), CLI::ParseError);
  run.variables["CLUSTER_STORE_CONNECTIONS_MAX"] = "10";
  run.parse({"serve"});
  CHECK(run.connections_max == 10);
}
