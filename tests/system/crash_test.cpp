#include <algorithm>
#include <csignal>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <cluster_store/tests/system/crew.hpp>
#include <cluster_store/tests/system/faulty_rocksdb.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

// The long form: SYSTEM_TESTS_CRASHES=500.
const std::size_t crashes = size_from_environment("SYSTEM_TESTS_CRASHES", 12);

// Workers wait longer from loss to loss, so new ones come after a few.
constexpr std::size_t crashes_of_a_crew = 3;
constexpr std::size_t workers = 3;
constexpr std::size_t sessions = 150;

/// How often a master died, and where.
struct crash_figures {
  std::size_t at_random = 0;
  std::size_t around_apply = 0;
  std::size_t around_get = 0;
  std::size_t while_opening = 0;
  std::size_t operations = 0;
  std::size_t unknown = 0;

  std::size_t all() const { return at_random + around_apply + around_get + while_opening; }

  std::string text() const {
    return std::to_string(all()) + " kills: " + std::to_string(at_random) + " at random moments, "
           + std::to_string(around_apply) + " before or after a commit, " + std::to_string(around_get)
           + " before or after a read, " + std::to_string(while_opening) + " while the store was opened; "
           + std::to_string(operations) + " operations, " + std::to_string(unknown) + " of unknown outcome";
  }
};

/// A store whose master is killed and started again while workers use it.
class crash_site {
public:
  explicit crash_site(std::uint64_t seed) : random_{seed} {}

  /// A crew at work, a few kills, and a look at what it saw. Its sessions are its own.
  void run_crew() {
    crew here{where_,
              {.listen = "unix:" + where_.path("store.sock"), .store = faulty_rocksdb(where_, "")},
              workers};
    load traffic{here.all,
                 {.seed = random_(), .sessions = sessions, .prefix = std::to_string(crew_++) + "-"}};
    here.listen_during(traffic);
    REQUIRE(traffic.run_for(100, within(20s)));
    here.server.kill();
    ++figures_.at_random;
    while (figures_.all() % crashes_of_a_crew != 0)
      crash(here.server, traffic);
    here.server.use_store(faulty_rocksdb(where_, ""));
    here.server.launch();
    REQUIRE(traffic.run([&] { return here.server.is_ready(); }, within(20s)));
    REQUIRE(traffic.settle(within(20s)));
    REQUIRE(traffic.read_all(0, within(20s)));
    require_consistent(traffic, here.all);
    remember(traffic.calls());
    here.dismiss();
  }

  /// What the crews saw last is still there.
  void read_again() const {
    master server{where_,
                  {.listen = "unix:" + where_.path("store.sock"), .store = faulty_rocksdb(where_, "")}};
    server.start();
    pipe_worker worker{server};
    for (const auto& each : last_) {
      INFO(to_string(each) << " of " << each.id);
      const auto body = worker.call({{"op", "get"}, {"id", each.id}});
      REQUIRE(body.value("found", false) == each.found);
      REQUIRE((!each.found || body["version"] == each.version));
    }
    CHECK(worker.finish() == 0);
  }

  const crash_figures& figures() const noexcept { return figures_; }

private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  /// Starts the master and lets it die, at a random moment or at a point that its engine was told.
  void crash(master& server, load& traffic) {
    const std::string when = below(2) == 0 ? "=kill_before@" : "=kill_after@";
    switch (turn_++ % 5) {
    case 0:
    case 3:
      die_of("apply" + when + std::to_string(1 + below(40)), server, traffic);
      ++figures_.around_apply;
      return;
    case 1:
      die_of((below(2) == 0 ? "client_rows" : "system_rows") + when + "1", server, traffic);
      ++figures_.while_opening;
      return;
    case 2:
      die_of("get" + when + std::to_string(1 + below(40)), server, traffic);
      ++figures_.around_get;
      return;
    default:
      server.use_store(faulty_rocksdb(where_, ""));
      server.launch();
      REQUIRE(traffic.run([&] { return server.is_ready(); }, within(20s)));
      REQUIRE(traffic.run_for(below(800), within(20s)));
      server.kill();
      ++figures_.at_random;
    }
  }

  void die_of(const std::string& plan, master& server, load& traffic) {
    INFO(plan);
    server.use_store(faulty_rocksdb(where_, plan));
    server.launch();
    REQUIRE(traffic.run([&] { return server.self().ended(); }, within(20s)));
    REQUIRE(server.self().wait(within(10s)) == -SIGKILL);
  }

  void remember(const history& calls) {
    figures_.operations += calls.size();
    for (const auto& each : calls)
      figures_.unknown += each.how == outcome::unknown ? 1 : 0;
    std::copy_if(
        calls.end() - static_cast<std::ptrdiff_t>(sessions), calls.end(), std::back_inserter(last_),
        [](const call& each) { return each.how == outcome::answered; }); // a busy machine may be late
  }

  sandbox where_;
  std::mt19937_64 random_;
  std::size_t crew_ = 0;
  std::size_t turn_ = 0;
  crash_figures figures_;
  history last_; ///< The last reads of all crews that are gone.
};

} // namespace

TEST_CASE("a master that is killed again and again loses nothing acknowledged and applies nothing twice") {
  const auto seed = random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  crash_site site{seed};
  while (site.figures().all() < crashes)
    site.run_crew();
  site.read_again();
  INFO(site.figures().text());
  if (crashes >= 500)
    WARN(site.figures().text());
  CHECK(site.figures().around_apply != 0);
}

TEST_CASE("a store that forgets its client rows applies twice what is sent again, and these tests notice") {
  const auto seed = random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  verdict seen;
  for (std::uint64_t attempt = 0; attempt < 5 && seen.linearizable; ++attempt) {
    const sandbox where;
    crew here{where,
              {.listen = "unix:" + where.path("store.sock"),
               .store = faulty_rocksdb(where, "apply=forget,kill_after@40")}};
    load traffic{here.all, {.seed = seed + attempt, .sessions = sessions}};
    here.listen_during(traffic);
    REQUIRE(traffic.run([&] { return here.server.self().ended(); }, within(20s)));
    here.server.use_store(faulty_rocksdb(where, "apply=forget"));
    here.server.start();
    REQUIRE(traffic.settle(within(20s)));
    REQUIRE(traffic.read_all(0, within(20s)));
    seen = check_history(traffic.calls());
    here.dismiss();
  }
  INFO(seen.why.substr(0, 4'000));
  CHECK_FALSE(seen.linearizable);
  CHECK_THAT(seen.why, !contains("not checked"));
}
