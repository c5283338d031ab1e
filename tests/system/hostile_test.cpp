#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>

#include <sys/resource.h>

#include <cluster_store/tests/support/attackers.hpp>
#include <cluster_store/tests/support/load_process.hpp>
#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t in_flight = 64;
constexpr auto window = 250ms;

/// Windows with and without strangers. The long form: SYSTEM_TESTS_WINDOWS=40.
std::size_t windows() {
  return size_from_environment("SYSTEM_TESTS_WINDOWS", 6);
}

/// What is left of an honest worker's speed, at least: four fifths. The median of few windows is rough where
/// others use the machine, too, and a sanitizer makes the door's work dearer than the store's.
double speed_left_min() {
  return windows() >= 20 && memory_factor == 1 ? 0.8 : 0.6;
}

double median(std::vector<double> all) {
  std::ranges::sort(all);
  return all[all.size() / 2];
}

/// A master of which an honest worker asks as much as it can, and what it was like before strangers came.
class siege {
public:
  explicit siege(bool over_unix, const std::string& store = "s=memory:")
      : server_(where_,
                {.listen = over_unix ? "unix:" + where_.path("store.sock") : "127.0.0.1:0", .store = store}) {
    server_.start();
    overheard_ = record_admission(server_);
    worker_.emplace(server_);
    worker_->closed(500ms, in_flight);
    descriptors_ = open_descriptors(id());
    memory_ = resident_bytes(id());
  }

  master& server() { return server_; }
  const sandbox& where() const { return where_; }
  const recorded_admission& overheard() const { return overheard_; }
  pid_t id() { return server_.self().id(); }
  std::size_t descriptors() const { return descriptors_; }

  /// @returns what the worker did a second, in one window.
  double speed() {
    const auto seen = worker_->closed(window, in_flight);
    CHECK(seen.errors.empty());
    CHECK(seen.answered == seen.offered);
    return seen.per_second();
  }

  /// @returns the same in the middle of three: the machine does other things, too.
  double usual_speed() { return median({speed(), speed(), speed()}); }

  /// Asks that nothing is left of the strangers, and ends all in peace.
  void end() {
    CHECK(wait_until([&] { return open_descriptors(id()) <= descriptors_; }, within(10s)));
    CHECK(resident_bytes(id()) <= memory_ + 8 * mebibyte * memory_factor + quarantine_bytes);
    REQUIRE_FALSE(server_.self().ended());
    CHECK(worker_->events().size() == 1); // it connected, and that was all
    CHECK(worker_->finish() == 0);
    CHECK(server_.stop() == 0);
  }

private:
  sandbox where_;
  master server_;
  recorded_admission overheard_;
  std::optional<load_process> worker_;
  std::size_t descriptors_ = 0;
  std::size_t memory_ = 0;
};

/// What a worker's speed is, compared with its speed in the window before, while `during` goes on. Windows
/// with and without take turns, so that what else the machine does concerns both.
double speed_while(siege& here, const std::function<void()>& begin, const std::function<void()>& end) {
  std::vector<double> ratios;
  for (std::size_t count = 0; count < windows(); ++count) {
    const auto calm = here.speed();
    begin();
    ratios.push_back(here.speed() / calm);
    end();
  }
  return median(ratios);
}

void keep_speed(bool over_unix) {
  const auto seed = random_seed();
  INFO("seed " << seed);
  siege here{over_unix};
  attackers strangers{here.server().endpoint(), here.overheard(), {.seed = seed}};
  const auto ratio = speed_while(
      here, [&] { strangers.go(); }, [&] { strangers.rest(); });
  std::cout << strangers.visits() << " strangers over " << here.server().endpoint().substr(0, 5)
            << ": honest speed " << ratio << " of that in calm\n";
  CHECK(strangers.visits() > 80);
  CHECK(ratio >= speed_left_min());
  CHECK(here.server().status()["refused"] > 50);
  here.end();
}

/// Each kind of stranger, many times, and each is shown the door.
void refuse_each(bool over_unix) {
  const auto seed = random_seed();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  siege here{over_unix};
  std::vector<std::list<stranger>> crowds(attack_kinds);
  for (std::size_t kind = 0; kind < attack_kinds; ++kind) {
    for (int count = 0; count < 20; ++count)
      crowds[kind].push_back(
          visit(here.server().endpoint(), static_cast<attack>(kind), here.overheard(), random));
  }
  here.speed();
  for (std::size_t kind = 0; kind < attack_kinds; ++kind)
    for (auto& each : crowds[kind]) {
      INFO("attack " << kind);
      CHECK((each.is_closed() || each.wait_for_close(within(5s))));
      CHECK(each.received().size() < 300); // a challenge and a refusal, never a welcome
    }
  here.end();
}

/// Lets this process have many descriptors. Its children, too.
void allow_descriptors(rlim_t count) {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  REQUIRE(limit.rlim_max >= count);
  limit.rlim_cur = std::max(limit.rlim_cur, count);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

void outlast_idle(bool over_unix) {
  allow_descriptors(4'096);
  siege here{over_unix};
  const auto calm = here.usual_speed();
  std::list<stranger> crowd;
  for (int count = 0; count < 2'000; ++count)
    crowd.emplace_back(here.server().endpoint());
  // A coarse look, and coarser where a sanitizer slows the door down more than the store.
  CHECK(here.usual_speed() >= calm * (memory_factor == 1 ? 0.5 : 0.3));
  // 64 strangers at once, and who just came:
  CHECK(open_descriptors(here.id()) <= here.descriptors() + 70);
  pipe_worker late{here.server()};
  CHECK(late.call({{"op", "get"}, {"id", "a"}})["ok"] == true);
  CHECK(late.finish() == 0);
  CHECK(wait_until([&] { return std::ranges::all_of(crowd, &stranger::is_closed); }, within(10s)));
  CHECK(here.server().status()["refused"] >= 2'000);
  here.end();
}

/// The process's own time so far, of all its threads.
std::chrono::milliseconds processor_time(pid_t id) {
  std::ifstream in{"/proc/" + std::to_string(id) + "/stat"};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  std::istringstream fields{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int field = 3; field < 14; ++field)
    fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return std::chrono::milliseconds{(user + system) * 1'000 / ::sysconf(_SC_CLK_TCK)};
}

void outlast_exhaustion(bool over_unix) {
  siege here{over_unix};
  const auto limited = [&](rlim_t count) {
    rlimit limit{};
    REQUIRE(::prlimit(here.id(), RLIMIT_NOFILE, nullptr, &limit) == 0);
    const auto before = std::exchange(limit.rlim_cur, count);
    REQUIRE(::prlimit(here.id(), RLIMIT_NOFILE, &limit, nullptr) == 0);
    return before;
  };
  const auto before = limited(here.descriptors() + 8);
  std::list<stranger> crowd;
  for (int count = 0; count < 12; ++count) // more than there is room for, so the others wait to be accepted
    crowd.emplace_back(here.server().endpoint());
  REQUIRE(wait_until([&] { return open_descriptors(here.id()) >= here.descriptors() + 8; }, within(5s)));
  const auto used = processor_time(here.id());
  here.server().self().pump(500ms);
  CHECK(processor_time(here.id()) - used < 200ms); // it does not spin
  here.speed();
  pipe_worker late{here.server(), {"--timeout", "30s"}};
  CHECK(late.call({{"op", "get"}, {"id", "a"}})["ok"] == true); // the strangers' time was over first
  CHECK(late.finish() == 0);
  limited(before);
  CHECK(wait_until([&] { return std::ranges::all_of(crowd, &stranger::is_closed); }, within(30s)));
  here.end();
}

} // namespace

TEST_CASE("honest workers keep their speed among strangers of every kind, over TCP") {
  keep_speed(false);
}

TEST_CASE("honest workers keep their speed among strangers of every kind, over Unix") {
  keep_speed(true);
}

TEST_CASE("a stranger of each kind is shown the door and leaves nothing behind, over TCP") {
  refuse_each(false);
}

TEST_CASE("a stranger of each kind is shown the door and leaves nothing behind, over Unix") {
  refuse_each(true);
}

TEST_CASE("two thousand idle connections keep nobody out for long, over TCP") {
  outlast_idle(false);
}

TEST_CASE("two thousand idle connections keep nobody out for long, over Unix") {
  outlast_idle(true);
}

TEST_CASE("strangers that take all descriptors delay newcomers and nobody else, over TCP") {
  outlast_exhaustion(false);
}

TEST_CASE("strangers that take all descriptors delay newcomers and nobody else, over Unix") {
  outlast_exhaustion(true);
}

TEST_CASE("a master may have as many descriptors as the system allows it") {
  rlimit mine{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &mine) == 0);
  auto few = mine;
  few.rlim_cur = 256;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  siege here{true};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &mine) == 0);
  rlimit its{};
  REQUIRE(::prlimit(here.id(), RLIMIT_NOFILE, nullptr, &its) == 0);
  CHECK(its.rlim_cur == mine.rlim_max);
  here.end();
}

TEST_CASE("an admitted peer whose BASP makes no sense is cut off and the others go on") {
  siege here{false};
  std::mt19937_64 random{random_seed()};
  const auto header = [](char operation, std::uint32_t payload_bytes) {
    std::string bytes(32, '\0');
    bytes[0] = operation;
    for (std::size_t place = 0; place < 4; ++place)
      bytes[4 + place] = static_cast<char>(payload_bytes >> (24 - 8 * place));
    bytes[31] = 1; // an actor
    return bytes;
  };
  const auto peak = resident_bytes_peak(here.id());
  for (const auto& bytes : {header(0, 0), header(1, 0), header(1, 0xFFFF'FFF0), header(2, 0xFFFF'FFF0),
                            header(3, 100), header(2, 10), header(6, 0), std::string(1'000, '\xFF'),
                            std::string{"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"}}) {
    admitted_peer peer{here.server()};
    peer.socket().send(bytes);
    CHECK(peer.socket().wait_for_close(within(5s)));
    REQUIRE_FALSE(here.server().self().ended());
  }
  here.speed();
  CHECK(resident_bytes_peak(here.id()) < peak + 64 * mebibyte * memory_factor); // not 4 GiB
  here.end();
}

TEST_CASE("whatever an admitted peer does to CAF, what was acknowledged is kept") {
  const auto seed = random_seed();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  const sandbox where;
  crew here{where, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + where.path("data")}};
  load traffic{here.all, {.seed = seed, .sessions = 200}};
  here.listen_during(traffic);
  // A handshake that is well formed and whose payload is not, which CAF 0.17 and 1.x may not survive.
  const auto garbage = [&random] {
    std::string bytes(32 + 200, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    bytes.replace(0, 8, std::string{"\1\0\0\0\0\0\0\xC8", 8});
    std::fill(bytes.begin() + 16, bytes.begin() + 32, '\0');
    return bytes;
  };
  // The long form: SYSTEM_TESTS_ADMITTED=1000.
  const auto peers = size_from_environment("SYSTEM_TESTS_ADMITTED", 20);
  std::size_t deaths = 0;
  for (std::size_t count = 0; count < peers; ++count) {
    REQUIRE(traffic.run_for(200, within(30s)));
    admitted_peer{here.server}.socket().send(garbage());
    const auto wanted = traffic.succeeded() + 200;
    REQUIRE(traffic.run([&] { return traffic.succeeded() >= wanted || here.server.self().ended(); },
                        within(30s)));
    if (!here.server.self().ended())
      continue;
    ++deaths;
    here.server.launch();
    REQUIRE(traffic.run([&] { return here.server.is_ready(); }, within(20s)));
  }
  std::cout << peers << " admitted peers with garbage killed " << deaths << " masters\n";
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  require_consistent(traffic, here.all);
  here.dismiss();
}
