#include <cluster_store/apps/support/command_words.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;

namespace {

using words = std::vector<std::string>;

/// A program with a command of two places, one without any, an option and a switch.
struct program {
  CLI::App app{"about", "program"};
  words program_words;

  program() {
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", "1");
    app.add_option("--config");
    auto* set = app.add_subcommand("set");
    set->add_option("id")->required();
    set->add_option("data");
    set->add_option("--ttl");
    set->add_flag("--json");
    app.add_subcommand("length");
    auto* serve = app.add_subcommand("serve");
    serve->add_option("--workers");
    serve->add_option("program", program_words);
  }

  command_words read(const words& line) const { return read_words(app, line); }

  std::string problem(const words& line) const {
    const auto taken = read(line);
    return taken.problem ? taken.problem->message : "";
  }
};

} // namespace

TEST_CASE("options and the rest of a line are told apart") {
  const program run;
  CHECK(run.read({"set", "a", "--ttl", "5s", "x"}).arguments == words{"set", "--ttl", "5s", "--", "a", "x"});
  CHECK(run.read({"set", "a", "--ttl=5s=", "--json"}).arguments
        == words{"set", "--ttl", "5s=", "--json=true", "--", "a"});
  CHECK(run.read({"--config", "f", "set", "--", "--ttl", "-"}).arguments
        == words{"set", "--config", "f", "--", "--ttl", "-"});
  CHECK(run.read({"set", "a", "-"}).arguments == words{"set", "--", "a", "-"});
  CHECK(run.read({"set", "--ttl", "--json"}).arguments == words{"set", "--ttl", "--json"});
  CHECK(run.read({"set", "length", ""}).arguments == words{"set", "--", "length", ""});
  CHECK(run.read({"set", "++", "a b"}).arguments == words{"set", "--", "++", "a b"});
  CHECK(run.read({"--config", "f", "set"}).config == "f");
  CHECK(run.read({"set", "--config=f"}).config == "f");
  CHECK(run.read({}).arguments.empty());
  for (const words& line : {words{"set", "a", "x"}, words{"length"}, words{"set", "--", "--", "-x"}})
    CHECK(run.problem(line).empty());
}

TEST_CASE("an option whose value is missing or empty is refused by name") {
  const program run;
  for (const words& line : {words{"set", "a", "--ttl"}, words{"set", "a", "--ttl", ""},
                            words{"set", "--ttl=", "a"}, words{"set", "a", "--ttl=", "--json"}})
    CHECK(run.problem(line).find("--ttl") == 0);
  CHECK(run.problem({"set", "a", "--json="}).find("--json is given, but empty") == 0);
  CHECK(run.problem({"--config", "", "set", "a"}).find("--config is given, but empty") == 0);
}

TEST_CASE("what looks like an option is shown where it goes") {
  const program run;
  CHECK(run.problem({"set", "-abc"}).find("program set -- -abc") != std::string::npos);
  CHECK(run.problem({"set", "-hello"}).find("program set -- -hello") != std::string::npos);
  CHECK(run.problem({"set", "--", "-abc"}).empty());
  CHECK(run.problem({"set", "a", "-5"}).find("program set -- a -5") != std::string::npos);
  CHECK(run.problem({"set", "-a", "--ttl", "5s", "-b"}).find("program set -- -a -b") != std::string::npos);
  CHECK(run.problem({"set", "-a\x1b[31m"}).find('\x1b') == std::string::npos);
  CHECK(run.problem({"set", "a", "b", "--tll"}) == "set has no option --tll");
  CHECK(run.problem({"length", "-x"}) == "length has no option -x");
}

TEST_CASE("what nothing takes is refused by name") {
  const program run;
  CHECK(run.problem({"put", "a"}) == "there is no command 'put'");
  CHECK(run.problem({"length", "x"}) == "length: unexpected argument x");
  CHECK(run.problem({"set", "a", "b", "c"}) == "set: unexpected argument c");
  CHECK(run.problem({"--json", "set", "a"}).find("--json") != std::string::npos);
}

TEST_CASE("a program and its arguments go after --, whatever they look like") {
  const program run;
  CHECK(run.read({"serve", "--workers", "2", "--", "node", "--workers", "-h", "--json", "--", "", "a b"})
            .arguments
        == words{"serve", "--workers", "2", "--", "node", "--workers", "-h", "--json", "--", "", "a b"});
  CHECK(run.problem({"serve", "--workers", "2", "--", "node", "--x", "-y"}).empty());
  CHECK_FALSE(run.read({"serve", "--", "node", "--json"}).json);
  CHECK(run.problem({"serve", "--workers", "2", "node"}).find("unexpected argument node; a program")
        != std::string::npos);
  CHECK(run.problem({"serve", "node", "--", "a"}).find("unexpected argument node") != std::string::npos);
  CHECK(run.problem({"serve", "--bad", "--", "a"}) == "serve has no option --bad");
}

TEST_CASE("help is given whatever else stands there") {
  const program run;
  CHECK(run.read({"set", "--bad", "--help"}).arguments == words{"set", "--help"});
  CHECK(run.problem({"set", "--bad", "-h"}).empty());
  CHECK(run.read({"--version"}).arguments == words{"--version"});
  CHECK_FALSE(run.problem({"set", "-hx"}).empty());
}

TEST_CASE("--json is seen wherever it stands before what stands for itself") {
  const program run;
  CHECK(run.read({"put", "--json"}).json == true);
  CHECK(run.read({"set", "--bad", "--json"}).json == true);
  CHECK(run.read({"set", "--ttl", "--json"}).json == true);
  CHECK(run.read({"set", "--json", "--json=no"}).json == false);
  CHECK_FALSE(run.read({"set", "--", "--json"}).json);
  CHECK_FALSE(run.read({"set", "a"}).json);
}
