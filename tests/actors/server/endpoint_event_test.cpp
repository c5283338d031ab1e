#include <cluster_store/actors/server.hpp>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

#include <cluster_store/actors/door/sockets/socket_file.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// What a program was told of its endpoints.
class told_events {
public:
  void add(const endpoint_event& event) {
    const std::lock_guard guard{mutex_};
    events_.push_back(event);
  }

  bool has(endpoint_event::kind what) const {
    const std::lock_guard guard{mutex_};
    return std::any_of(events_.begin(), events_.end(), [&](const auto& each) { return each.what == what; });
  }

private:
  mutable std::mutex mutex_;
  std::vector<endpoint_event> events_;
};

/// Removes the files of a socket and takes its path, as another process would between two looks.
std::optional<door::socket_file> take_over(const std::string& path) {
  std::optional<door::socket_file> other;
  const auto take = [&] {
    std::filesystem::remove(path);
    std::filesystem::remove(path + ".lock");
    if (auto taken = door::socket_file::take(path))
      other.emplace(*std::move(taken));
    return other.has_value();
  };
  REQUIRE(wait_until(take, within(20s)));
  return other;
}

} // namespace

TEST_CASE("a program is told when its endpoint is mended, and when it is lost to another") {
  const temporary_directory place;
  const auto path = place / "s";
  const auto events = std::make_shared<told_events>();
  options how;
  how.mode = mode::master;
  how.where = parse_endpoint("unix:" + path).value();
  how.on_endpoint = [events](const endpoint_event& event) { events->add(event); };
  auto store = cluster_store::open(how).value();

  std::filesystem::remove(path);
  CHECK(wait_until([&] { return events->has(endpoint_event::kind::mended); }, within(20s)));
  CHECK(std::filesystem::is_socket(path));
  CHECK_FALSE(events->has(endpoint_event::kind::lost));

  const auto other = take_over(path);
  CHECK(wait_until([&] { return events->has(endpoint_event::kind::lost); }, within(20s)));
  CHECK(store.set("a", "x")); // its own handle needs no socket
  store.close();
  CHECK(other->is_intact());
}

TEST_CASE("an endpoint that is lost is none of the master's endpoints any more") {
  const temporary_directory place;
  const auto path = place / "s";
  server_options how;
  how.listen = {parse_endpoint("unix:" + path).value()};
  auto master = serve(how).value();
  REQUIRE(master.status().endpoints == how.listen);
  const auto other = take_over(path);
  CHECK(wait_until([&] { return master.status().endpoints.empty(); }, within(20s)));
}
