#include <cluster_store/apps/cluster_store/default_socket.hpp>

#include <vector>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;

namespace {

constexpr uid_t user = 7;
const std::string elsewhere = "/elsewhere/cluster-store.sock";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// @returns the other places where the socket of `user` usually is.
std::vector<std::string> usual_places() {
  std::vector<std::string> places;
  default_socket_hint(elsewhere, "/elsewhere", user, [&](const std::string& path) {
    places.push_back(path);
    return false;
  });
  return places;
}

std::string hint(const std::string& tried, const std::optional<std::string>& runtime_directory,
                 const std::string& existing = {}) {
  return default_socket_hint(tried, runtime_directory, user,
                             [&](const std::string& path) { return path == existing; });
}

} // namespace

TEST_CASE("an unreachable default socket is explained by the variable it comes from") {
  CHECK(has(hint(elsewhere, "/elsewhere"), "XDG_RUNTIME_DIR is /elsewhere;"));
  CHECK(has(hint(elsewhere, std::nullopt), "XDG_RUNTIME_DIR is not set;"));
  for (const auto* value : {"", "run", "./run"})
    CHECK(has(hint(elsewhere, value), "XDG_RUNTIME_DIR is no absolute path;"));
}

TEST_CASE("a socket at another usual place is shown with the flag that reaches it") {
  REQUIRE(usual_places().size() == 2);
  for (const auto& place : usual_places()) {
    CHECK(has(place, std::to_string(user)));
    CHECK(has(hint(elsewhere, "/elsewhere", place), "try --connect unix:" + place));
    CHECK_FALSE(has(hint(place, std::nullopt, place), place)); // it is the one that was tried
  }
}

TEST_CASE("where no socket is at all, the places that were looked at are named") {
  const auto places = usual_places();
  CHECK(has(hint(elsewhere, "/elsewhere"),
            "there is none at " + places.at(0) + " or " + places.at(1) + " either"));
  CHECK(has(hint(elsewhere, "/elsewhere"), "--connect"));
}
