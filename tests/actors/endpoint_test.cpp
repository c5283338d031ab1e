#include <cstdlib>
#include <string>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/actors/endpoint.hpp>
#include <cluster_store/tests/actors/door/mentions.hpp>

using namespace cluster_store;

TEST_CASE("an endpoint is read back from its text", "[endpoint]") {
  for (const std::string text : {"unix:/run/a.sock", "unix:relative", "unix:/with space:1", "127.0.0.1:4000",
                                 "[::1]:4000", "[fe80::1]:1", "localhost:0", "db-1.example_net:65535"}) {
    const auto parsed = parse_endpoint(text);
    INFO(text);
    REQUIRE(parsed);
    CHECK(to_string(*parsed) == text);
    CHECK(*parse_endpoint(to_string(*parsed)) == *parsed);
  }
  CHECK(parse_endpoint("[::1]:7")->host == "::1");
}

TEST_CASE("what is no endpoint is refused with the forms that are", "[endpoint]") {
  for (const std::string& text : {std::string{},
                                  std::string{"unix:"},
                                  std::string{"host"},
                                  std::string{"host:"},
                                  std::string{":1"},
                                  std::string{"host:65536"},
                                  std::string{"host:-1"},
                                  std::string{"host:1x"},
                                  std::string{"host: 1"},
                                  std::string{"::1:80"},
                                  std::string{"[::1]"},
                                  std::string{"[nonsense]:1"},
                                  std::string{"[127.0.0.1]:1"},
                                  std::string{"-x:1"},
                                  std::string{"..:1"},
                                  std::string{"a b:1"},
                                  std::string{"h\xc3\xb6st:1"},
                                  std::string{"http://x:1"},
                                  "unix:" + std::string(108, 'p'),
                                  std::string{"unix:a\0b", 8},
                                  std::string(254, 'h') + ":1"}) {
    const auto parsed = parse_endpoint(text);
    INFO(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == errc::invalid_argument);
    CHECK(tests::mentions(parsed.error().message, "unix:PATH"));
  }
  CHECK(parse_endpoint("unix:" + std::string(107, 'p')));
}

TEST_CASE("only Unix sockets and loopback addresses stay on this machine", "[endpoint]") {
  for (const std::string text : {"unix:/a", "127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"})
    CHECK(is_loopback(*parse_endpoint(text)));
  for (const std::string text : {"0.0.0.0:1", "10.0.0.1:1", "128.0.0.1:1", "[::]:1", "[fe80::1]:1",
                                 "127.example.com:1", "localhost.example.com:1"})
    CHECK_FALSE(is_loopback(*parse_endpoint(text)));
}

TEST_CASE("the default endpoint is in the user's runtime directory", "[endpoint]") {
  const auto* before = std::getenv("XDG_RUNTIME_DIR");
  const std::string saved = before != nullptr ? before : "";
  ::setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  CHECK(to_string(default_endpoint()) == "unix:/run/user/7/cluster-store.sock");
  ::unsetenv("XDG_RUNTIME_DIR");
  CHECK(to_string(default_endpoint()).starts_with("unix:/tmp/cluster-store-"));
  if (before != nullptr)
    ::setenv("XDG_RUNTIME_DIR", saved.c_str(), 1);
}
