#include <cluster_store/apps/cluster_store/settings/settings.hpp>

#include <fstream>
#include <map>

#include <cluster_store/apps/support/option_checks.hpp>
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
  bool errors_in_json = false;
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
    add_switch(*get, "--json", json, "");
    auto* serve = app.add_subcommand("serve");
    serve->add_option("--store", stores)->expected(1)->take_all()->group(own_groups::stores);
    serve->add_option("--listen", listen)->expected(1)->allow_extra_args(false)->take_all();
    serve->add_option("--connections-max", connections_max)->check(whole_number(1, 10));
  }

  std::string file(const std::string& text) {
    const auto path = directory / "settings.toml";
    std::ofstream{path} << text;
    return path;
  }

  /// @returns what is wrong; empty if nothing is.
  std::string refusal(const std::vector<std::string>& arguments) {
    try {
      parse(arguments);
      return {};
    } catch (const CLI::ParseError& problem) {
      return problem.what();
    }
  }

  void parse(const std::vector<std::string>& arguments) {
    parse_with_settings(
        app, arguments,
        [this](const std::string& name) -> std::optional<std::string> {
          const auto found = variables.find(name);
          return found == variables.end() ? std::nullopt : std::optional{found->second};
        },
        [this](bool in_json) { errors_in_json = in_json; });
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

TEST_CASE("of all the ways to give a value the nearest one wins") {
  // Each row leaves out the nearest of the one before.
  const auto ways = GENERATE(range(0, 6));
  program run;
  const std::vector<std::string> expected{"flag", "own variable", "variable", "section", "top", "built-in"};
  std::vector<std::string> arguments{"get", "a"};
  if (ways < 1)
    arguments.insert(arguments.end(), {"--connect", "flag"});
  if (ways < 2)
    run.variables["CLUSTER_STORE_GET_CONNECT"] = "own variable";
  if (ways < 3)
    run.variables["CLUSTER_STORE_CONNECT"] = "variable";
  const std::string top = ways < 5 ? "connect = \"top\"\n" : "";
  arguments.insert(arguments.end(),
                   {"--config", run.file(top + (ways < 4 ? "[get]\nconnect = \"section\"\n" : ""))});
  run.parse(arguments);
  CHECK(run.connect == expected[static_cast<std::size_t>(ways)]);
}

TEST_CASE("the whole file is checked, also what is for other commands or overridden") {
  program run;
  CHECK(run.refusal({"get", "a", "--config", run.file("[serve]\nconnections-max = 11\n")})
        == run.directory / "settings.toml"
               + ":2:1: connections-max: '11' is out of range: give a whole number from 1 to 10");
  CHECK(run.refusal({"get", "a", "--connect", "x", "--config", run.file("connect = \"\"\n")})
            .find(":1:1: connect")
        != std::string::npos);
}

TEST_CASE("a value in the file has the type of its option") {
  program run;
  const auto refused = [&](const std::string& text) {
    return run.refusal({"get", "a", "--config", run.file(text)});
  };
  for (const auto* text : {"connect = 5",
                           "connect = 5.5",
                           "connect = true",
                           "connect = [\"x\"]",
                           "connect = 1979-05-27",
                           "connect = {x = 1}",
                           "[serve]\nlisten = [5]",
                           "[serve]\nlisten = [[\"x\"]]",
                           "[serve]\nlisten = true",
                           "[get]\njson = 1.0",
                           "[get]\njson = [true]",
                           "[get]\njson = 2",
                           "[serve]\nconnections-max = 5.0",
                           "[serve]\nconnections-max = [5]",
                           "[serve]\nconnections-max = true",
                           "get = \"x\"",
                           "[[get]]\nconnect = \"x\"",
                           "[get.connect]\nx = 1",
                           "[put]",
                           "connect = \"a\\u0000b\""}) {
    INFO(text);
    CHECK(refused(text).find(run.directory / "settings.toml:") == 0);
  }
  for (const auto* text :
       {"connect = \"x\"", "[serve]\nlisten = \"x\"", "[serve]\nlisten = [\"x\", \"y\"]",
        "[get]\njson = true", "[get]\njson = \"no\"", "[get]\njson = 1", "[serve]\nconnections-max = 5",
        "serve.connections-max = \"5\"", "", "[get]", "[serve]\n[get]"}) {
    INFO(text);
    CHECK(refused(text).empty());
  }
}

TEST_CASE("a key that was meant otherwise is refused with what was meant") {
  program run;
  const auto refused = [&](const std::string& text) {
    return run.refusal({"get", "a", "--config", run.file(text)});
  };
  CHECK(refused("[serve]\nconnections_max = 5").find("did you mean 'connections-max'?") != std::string::npos);
  CHECK(refused("Connect = \"x\"").find("did you mean 'connect'?") != std::string::npos);
  CHECK(refused("get = \"x\"").find("section [get]") != std::string::npos);
}

TEST_CASE("errors are JSON as soon as anything asks for it, and is not overruled") {
  program run;
  SECTION("a flag, wherever what is wrong stands") {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"get", "--json"},
                                               {"get", "--bad", "--json"},
                                               {"get", "--json", "--bad"},
                                               {"--json", "get", "a"},
                                               {"nothing", "--json"},
                                               {"--json"},
                                               {"get", "a", "--connect", "--json=1", "--bad"}}) {
      program each;
      CHECK_FALSE(each.refusal(words).empty());
      CHECK(each.errors_in_json);
    }
  }
  SECTION("a variable") {
    run.variables["CLUSTER_STORE_JSON"] = "1";
    CHECK_FALSE(run.refusal({"nothing"}).empty());
    CHECK(run.errors_in_json);
    CHECK_FALSE(run.refusal({"get", "--json=false"}).empty());
    CHECK_FALSE(run.errors_in_json);
  }
  SECTION("the file") {
    const auto path = run.file("[get]\njson = true\nbad = 1\n");
    CHECK_FALSE(run.refusal({"get", "--config", path}).empty());
    CHECK(run.errors_in_json);
    CHECK_FALSE(run.refusal({"serve", "x", "--config", path}).empty());
    CHECK_FALSE(run.errors_in_json);
  }
  SECTION("not what stands for an id") {
    CHECK_FALSE(run.refusal({"get", "--", "--json", "b"}).empty());
    CHECK_FALSE(run.errors_in_json);
  }
}

TEST_CASE("options that exclude each other do so however they are given") {
  CLI::App app{"about", "program"};
  app.require_subcommand(1);
  app.add_option("--config", "file")->configurable(false);
  std::string one;
  std::string other;
  auto* set = app.add_subcommand("set");
  auto* first = set->add_option("--one", one);
  set->add_option("--other", other)->excludes(first);
  CHECK_THROWS_WITH(parse_with_settings(
                        app, {"set", "--one", "x"},
                        [](const std::string& name) {
                          return name == "CLUSTER_STORE_OTHER" ? std::optional<std::string>{"y"}
                                                               : std::nullopt;
                        },
                        [](bool) {}),
                    "--one excludes --other");
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
