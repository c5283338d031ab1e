#include <csignal>
#include <string>

#include <sys/resource.h>

#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

void limit_address_space(pid_t process, rlim_t bytes) {
  const rlimit both{bytes, bytes};
  REQUIRE(::prlimit(process, RLIMIT_AS, &both, nullptr) == 0);
}

/// Large sessions are set and read back, more than fit, by workers at the same time.
void ask_for_much(crew& here) {
  const std::string large(mebibyte / 2, 'x');
  for (int number = 0; number < 40; ++number)
    for (auto* each : here.all) {
      each->send({{"op", "set"}, {"id", std::to_string(number)}, {"data", large}});
      each->send({{"op", "get"}, {"id", std::to_string(number)}});
      each->self().pump(1ms);
    }
}

} // namespace

TEST_CASE("a master without memory ends with an error or says what is the case: it never lives for nobody") {
  if (memory_factor > 1)
    return; // a sanitizer takes all the address space there is
  const auto spare = GENERATE(as<std::size_t>{}, 0, 16, 64, 100);
  const std::string engine = GENERATE(as<std::string>{}, "memory:", "rocksdb:");
  INFO(spare << " MiB to spare, " << engine);
  const sandbox where;
  crew here{where,
            {.listen = "unix:" + where.path("store.sock"),
             .store = "s=" + engine + (engine == "memory:" ? "" : where.path("data")),
             .more_arguments = {"--memory-max", "1024"}}};
  const auto id = here.server.self().id();
  limit_address_space(id, address_space_bytes(id) + spare * mebibyte);
  ask_for_much(here);
  for (auto* each : here.all)
    each->self().signal(SIGKILL);
  if (here.server.self().ended()) {
    CHECK(here.server.self().wait(within(1s)) != 0);
    return;
  }
  CHECK_NOTHROW(here.server.status());
  const auto get = here.server.run({"get", "none"});
  INFO(get.errors);
  const bool says_why =
      get.errors.find("address space") != std::string::npos || get.errors.find("memory") != std::string::npos;
  CHECK((get.code == 1 || says_why)); // there is no such session
  CHECK(here.server.stop() == 0);
}
