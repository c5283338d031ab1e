#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using nlohmann::json;
using namespace std::chrono_literals;

SCENARIO("what a memory store held before clear or expiry is given back") {
  GIVEN("a master with two hundred thousand sessions") {
    const sandbox where;
    master server{where, {.listen = "unix:" + where.path("store.sock")}};
    server.start();
    const auto before = resident_bytes(server.self().id());
    const bool expire = GENERATE(false, true);
    std::string input;
    for (int i = 0; i < 200'000; ++i) {
      json line{
          {"seq", i}, {"op", "set"}, {"id", "session " + std::to_string(i)}, {"data", std::string(256, 'x')}};
      if (expire)
        line["ttl_ms"] = 6'000;
      input += line.dump() + "\n";
    }
    REQUIRE(server.run({"pipe"}, input).code == 0);
    const auto full = resident_bytes(server.self().id());
    REQUIRE(full > before + 50 * mebibyte);
    WHEN("they go") {
      if (!expire)
        REQUIRE(server.run({"clear", "--yes"}).code == 0);
      THEN("so does the memory, within seconds") {
        const auto given_back = [&] {
          return resident_bytes(server.self().id())
                 < before + 16 * mebibyte * memory_factor + quarantine_bytes;
        };
        wait_until(given_back, within(20s));
        INFO("before " << before / mebibyte << " MiB, full " << full / mebibyte << " MiB, now "
                       << resident_bytes(server.self().id()) / mebibyte << " MiB");
        CHECK(given_back());
        CHECK(server.run({"set", "a", "x"}).code == 0);
      }
    }
  }
}
