#include <algorithm>
#include <array>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using nlohmann::json;

namespace {

/// A master, and shell commands against it in which `$CS` stands for the program with what it needs to
/// connect.
class shell {
public:
  shell() : server_(where_, {.listen = "unix:" + where_.path("store.sock")}) { server_.start(); }

  completed operator()(const std::string& script, std::string_view input = {}) const {
    auto command = where_.cluster_store({});
    command.environment["CS"] = command.arguments[0];
    command.environment["CLUSTER_STORE_CONNECT"] = server_.endpoint();
    command.environment["CLUSTER_STORE_STORE"] = server_.store_name();
    command.arguments = {"/bin/bash", "-c", script};
    return run(command, input);
  }

  const master& server() const { return server_; }
  const sandbox& where() const { return where_; }

private:
  sandbox where_;
  master server_;
};

std::uint64_t operations(const shell& here) {
  return here.server().store_status(here.server().store_name())["operations"];
}

} // namespace

TEST_CASE("data is read from a standard input that does not block, as soon as it comes") {
  const shell here;
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const file_descriptor from{ends[0]};
  file_descriptor to{ends[1]};
  REQUIRE(::fcntl(from.number(), F_SETFL, O_NONBLOCK) == 0);
  const auto command = here.where().cluster_store({});
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, from.number(), STDIN_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> words{
      command.arguments[0],      "set", "a", "--connect", here.server().endpoint(), "--store",
      here.server().store_name()};
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = -1;
  REQUIRE(::posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ) == 0);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  const auto ended = [&] { return ::waitpid(child, &status, WNOHANG) != 0; };
  CHECK_FALSE(wait_until(ended, within(std::chrono::milliseconds{500})));
  REQUIRE(::write(to.number(), "late", 4) == 4);
  to = {};
  CHECK(wait_until(ended, within(std::chrono::seconds{20})));
  CHECK(status == 0);
  CHECK(here("$CS get a").output == "late");
}

TEST_CASE("a standard input that cannot be read is an error in the form that was asked for") {
  const shell here;
  for (const std::string command : {"set a", "pipe"}) {
    const auto directory = here("$CS " + command + " < /");
    CHECK(directory.code == 5);
    CHECK(directory.errors.find("directory") != std::string::npos);
  }
  const auto as_json = here("$CS set a --json < /");
  CHECK(as_json.code == 5);
  CHECK(json::parse(as_json.errors)["error"] == "io_error");
  CHECK(here("$CS get a").code == 1);
}

TEST_CASE("a size beyond the limit is not the size of what happened to be read") {
  const shell here;
  const auto beyond = here("head -c 20000000 /dev/zero | $CS set a");
  CHECK(beyond.code == 4);
  CHECK(beyond.errors.find("more than 16777216 bytes") != std::string::npos);
  const auto less = here("head -c 1048577 /dev/zero | $CS set a");
  CHECK(less.code == 4);
  CHECK(less.errors.find("1048577") != std::string::npos);
}

TEST_CASE("when nobody reads, a command stops at once, without a word and with exit code 0") {
  const shell here;
  std::string input;
  constexpr int sessions = 30'000;
  for (int number = 0; number < sessions; ++number)
    input += json{{"seq", number}, {"op", "set"}, {"id", "session-" + std::to_string(number)}, {"data", "x"}}
                 .dump()
             + "\n";
  REQUIRE(here("$CS pipe", input).code == 0);
  const auto before = operations(here);
  const auto listed = here("set -o pipefail; $CS all | head -n 1");
  CHECK(listed.code == 0);
  CHECK(listed.errors.empty());
  CHECK(operations(here) - before < 6);
  const auto fifo = here.where().path("fifo");
  for (const std::string command :
       {"get session-1", "get session-1 --json", "all", "all --json", "length", "status", "set session-1 y",
        "get none --json", "destroy none --json", "pipe"}) {
    CAPTURE(command);
    const auto unread = here("mkfifo " + fifo + "; exec 8<>" + fifo + " 9>" + fifo + " 8>&-; rm " + fifo
                             + "; echo '{}' | $CS " + command + " >&9");
    CHECK(unread.code == 0);
    CHECK(unread.errors.empty());
  }
}

TEST_CASE("an output that cannot be written is an error in the form that was asked for") {
  const shell here;
  REQUIRE(here("$CS set a x").code == 0);
  for (const std::string command : {"get a", "all", "length", "status", "set a y"})
    for (const std::string output : {">/dev/full", ">&-"}) {
      CAPTURE(command, output);
      const auto plain = here("$CS " + command + " " + output);
      CHECK(plain.code == 5);
      CHECK(plain.errors.find("cannot write to the standard output") != std::string::npos);
      const auto as_json = here("$CS " + command + " --json " + output);
      CHECK(as_json.code == 5);
      CHECK(json::parse(as_json.errors)["error"] == "io_error");
    }
}

TEST_CASE("no terminal obeys what stands in an id or in an argument") {
  const shell here;
  const std::vector<std::string> ids{"a\x1B[31m",     "b\x7F", "c\xC2\x9B",
                                     "d\xE2\x80\xAE", "e\xFF", "f\xE2\x80\xA8"};
  for (const auto& id : ids)
    REQUIRE(here.server().run({"set", "--", id, "x"}).code == 0);
  for (const auto& text : {here.server().run({"all"}).output, here.server().run({"all", "--json"}).output,
                           here.server().run({"get", "a", "--connect", "\x1B[31m:\x7F\xC2\x9B"}).errors}) {
    CAPTURE(text);
    CHECK_FALSE(text.empty());
    CHECK(std::all_of(text.begin(), text.end(), [](char byte) {
      return (byte >= ' ' && byte < 0x7F) || byte == '\n' || byte == '\t';
    }));
  }
  CHECK(here.server().run({"all"}).output.find("\"a\\u001b[31m\"\t") != std::string::npos);
}
