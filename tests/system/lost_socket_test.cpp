#include <filesystem>

#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

master_options on(const sandbox& where) {
  return {.listen = "unix:" + where.path("run/store.sock")};
}

bool says(master& who, const std::string& text) {
  return wait_until(
      [&] {
        who.self().pump(0ms);
        return who.self().errors().find(text) != std::string::npos;
      },
      within(20s));
}

void remove(const sandbox& where, const std::vector<std::string>& names) {
  for (const auto& name : names)
    std::filesystem::remove_all(where.path(name));
}

} // namespace

TEST_CASE("a master whose socket, lock or directory was removed says so and is found again") {
  const std::vector<std::vector<std::string>> removed{
      {"run/store.sock"}, {"run/store.sock.lock"}, {"run/store.sock", "run/store.sock.lock"}, {"run"}};
  for (const auto& names : removed) {
    CAPTURE(names);
    const sandbox where;
    master served{where, on(where)};
    served.start();
    pipe_worker worker{served};
    REQUIRE(worker.call({{"op", "set"}, {"id", "a"}, {"data", "x"}})["ok"] == true);
    remove(where, names);
    CHECK(says(served, "it is served again"));
    CHECK(served.run({"get", "a"}).output == "x");
    CHECK(worker.call({{"op", "get"}, {"id", "a"}})["data"] == "x");

    const auto second =
        run(where.cluster_store({"serve", "--listen", served.endpoint(), "--store", "s=memory:"}));
    CHECK(second.code == 5);
    CHECK(second.errors.find("process " + std::to_string(served.self().id())) != std::string::npos);
    CHECK(served.stop() == 0);
    CHECK_FALSE(std::filesystem::exists(where.path("run/store.sock")));
    CHECK(std::filesystem::exists(where.path("run/store.sock.lock")));
  }
}

TEST_CASE("a master whose place another has taken ends with a message and leaves the other's files alone") {
  const sandbox where;
  master former{where, on(where)};
  former.start();
  former.pause();
  remove(where, {"run/store.sock", "run/store.sock.lock"});
  master next{where, on(where)};
  next.start();
  REQUIRE(next.run({"set", "a", "of the next"}).code == 0);
  former.resume();
  CHECK(former.self().wait(within(20s)) == 5);
  CHECK(former.self().errors().find("process " + std::to_string(next.self().id())) != std::string::npos);
  CHECK(next.run({"get", "a"}).output == "of the next");
  const auto third = run(where.cluster_store({"serve", "--listen", next.endpoint(), "--store", "s=memory:"}));
  CHECK(third.code == 5);
  CHECK(next.stop() == 0);
}

TEST_CASE("a master that cannot be found says why once, and is found when the way is free") {
  const sandbox where;
  master served{where, on(where)};
  served.start();
  remove(where, {"run/store.sock"});
  where.write_file("run/store.sock", "a file of somebody else");
  CHECK(says(served, "there is another file, which is not a socket"));
  CHECK(std::filesystem::is_regular_file(where.path("run/store.sock")));
  remove(where, {"run/store.sock"});
  CHECK(says(served, "it is served again"));
  CHECK(served.run({"set", "a", "x"}).code == 0);
  const auto& said = served.self().errors();
  CHECK(said.find("another file") == said.rfind("another file"));
  CHECK(served.stop() == 0);
}
