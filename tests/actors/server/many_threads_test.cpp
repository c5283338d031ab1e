// What the headers promise of threads, all at once: handles that threads share, of a master's own process and
// of another actor system, handles that come and go, questions to the server. The thread sanitizer looks on
// (`./dev tsan`).

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

constexpr int threads = 8;
constexpr int rounds = 400;

/// What one thread does with a handle that others use, too. Every fourth session stays.
void use(client store, const std::string& name, std::atomic<int>& bad) {
  const auto expect = [&](bool good) { bad += good ? 0 : 1; };
  for (int round = 0; round < rounds; ++round) {
    const auto id = name + std::to_string(round);
    std::latch answered{2};
    store.set(id, "data of " + id, {}, [&](const auto& written) {
      expect(written.has_value());
      answered.count_down();
    });
    auto read = store.get_async(id); // after the set of the same thread
    store.touch(id, std::chrono::hours{1}, [&](const auto& touched) {
      expect(touched.value_or(false));
      answered.count_down();
    });
    const auto got = read.get();
    expect(got && *got && (*got)->data == "data of " + id);
    answered.wait();
    if (round % 4 != 0)
      expect(store.mdestroy({id, "nobody's"}) == 1);
    if (round % 8 == 0)
      expect(store.length().value_or(0) > 0 && store.status().connected && store.capabilities().clear);
  }
}

} // namespace

TEST_CASE("threads share handles, open and close others, and ask the server, all at once") {
  const temporary_directory folder;
  server_options how;
  how.listen = {parse_endpoint("unix:" + (folder.path() / "socket").string()).value()};
  auto master = serve(how).value();
  options remote;
  remote.mode = mode::worker;
  remote.where = how.listen.front();
  auto near = master.open().value();
  auto far = cluster_store::open(remote).value();

  std::atomic<int> bad = 0;
  std::atomic<int> busy = threads;
  std::vector<std::thread> crew;
  for (int number = 0; number < threads; ++number)
    crew.emplace_back([&, number] {
      use(number % 2 == 0 ? near : far, "thread " + std::to_string(number) + " session ", bad);
      --busy;
    });
  crew.emplace_back([&] {
    while (busy > 0) {
      auto brief = master.open();
      bad += brief && brief->get("nobody's") ? 0 : 1;
    }
  });
  crew.emplace_back([&] {
    while (busy > 0)
      bad += master.status().stores.at(0).up
                     && query_status(how.listen.front(), {}, std::chrono::seconds{30}, {})
                 ? 0
                 : 1;
  });
  for (auto& each : crew)
    each.join();

  CHECK(bad == 0);
  CHECK(far.length() == threads * rounds / 4);
  CHECK(near.status().disconnects + far.status().disconnects == 0);
}
