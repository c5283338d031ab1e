#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/tidy/words.hpp>

using namespace cluster_store::tidy;

namespace {

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += "x;\n";
  return text;
}

/// @returns how many findings the rules on words have in a file at `path` with this one line.
std::size_t findings_for(const std::string& path, const std::string& text) {
  return check_words({{path, text + "\n"}}).size();
}

} // namespace

TEST_CASE("a source may have 400 lines, not 401") {
  CHECK(check_sizes({{"actors/a.cpp", lines(400)}}).empty());
  CHECK(render(check_sizes({{"actors/a.cpp", lines(401)}}))
        == "actors/a.cpp:0: 401 lines, 400 are allowed: split it by concern\n");
  CHECK(check_sizes({{"dev", lines(401)}}).size() == 1);
  CHECK(check_sizes({{"docs/protocol.md", lines(401)}}).empty());
}

TEST_CASE("a function may have 70 lines, not 71") {
  CHECK(check_sizes({{"actors/a.cpp", "void f() {\n" + lines(68) + "}\n"}}).empty());
  CHECK(render(check_sizes({{"actors/a.cpp", "\nvoid f() {\n" + lines(69) + "}\n"}}))
        == "actors/a.cpp:2: f has 71 lines, 70 are allowed: split it\n");
}

TEST_CASE("a header begins with #pragma once") {
  CHECK(check_pragma_once({{"actors/a.hpp", "#pragma once\n\n#include <map>\n"}}).empty());
  CHECK(check_pragma_once({{"actors/a.hpp", "// why\n#pragma once\n"}}).size() == 1);
  CHECK(check_pragma_once({{"actors/a.cpp", "#include <map>\n"}}).empty());
}

TEST_CASE("reminders of unfinished work are refused everywhere") {
  for (const auto* word : {"TODO", "FIXME", "XXX", "HACK"}) {
    INFO(word);
    CHECK(findings_for("actors/a.cpp", std::string{"// "} + word + ": later") == 1);
    CHECK(findings_for("docs/storage.md", std::string{"("} + word + ")") == 1);
  }
  CHECK(findings_for("actors/a.cpp", "// a mastodon is no TODOn") == 0);
}

TEST_CASE("paths of a machine are refused") {
  CHECK(findings_for("README.md", "see /home/someone/x") == 1);
  CHECK(findings_for("dev", "cd /root/main") == 1);
  CHECK(findings_for("tests/system/a.cpp", "open(\"/tmp/socket\");") == 1);
  CHECK(findings_for("tests/actors/endpoint_test.cpp", "parse_endpoint(\"unix:/tmp/socket\")") == 0);
  CHECK(findings_for("actors/endpoint.cpp", "\"/tmp/\"") == 0);
}

TEST_CASE("nothing sleeps but the helper that waits for a condition") {
  CHECK(findings_for("tests/system/a.cpp", "std::this_thread::sleep_for(1s);") == 1);
  CHECK(findings_for("actors/a.cpp", "std::this_thread::sleep_until(then);") == 1);
  CHECK(findings_for("actors/a.cpp", "usleep(1);") == 1);
  CHECK(findings_for("tests/support/wait_until.hpp", "std::this_thread::sleep_for(1ms);") == 0);
}

TEST_CASE("pure code and engines read no clock") {
  for (const auto* clock :
       {"std::chrono::system_clock::now()", "steady_clock::now()", "clock_gettime(x, y)"}) {
    INFO(clock);
    CHECK(findings_for("actors/proxy/core.cpp", clock) == 1);
    CHECK(findings_for("backends/memory/memory.cpp", clock) == 1);
    CHECK(findings_for("backends/backend.hpp", clock) == 1);
    CHECK(findings_for("actors/runtime/system_clock.hpp", clock) == 0);
    CHECK(findings_for("tests/system/a.cpp", clock) == 0);
    CHECK(findings_for("apps/bench/main.cpp", clock) == 0);
  }
}

TEST_CASE("namespace std is not opened") {
  CHECK(findings_for("apps/bench/main.cpp", "using namespace std;") == 1);
  CHECK(findings_for("apps/bench/main.cpp", "using namespace std::chrono_literals;") == 0);
}

TEST_CASE("only two headers ask for the version of CAF") {
  CHECK(findings_for("actors/caf_compat.hpp", "#if CAF_MAJOR_VERSION >= 1") == 0);
  CHECK(findings_for("tests/support/caf_version.hpp", "#if CAF_MAJOR_VERSION >= 1") == 0);
  CHECK(findings_for("actors/proxy/actor.cpp", "#if CAF_MAJOR_VERSION >= 1") == 1);
  CHECK(findings_for("tests/actors/a_test.cpp", "#if CAF_VERSION >= 1") == 1);
}
