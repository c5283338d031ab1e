#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <list>
#include <optional>

#include <cluster_store/tests/support/sandbox.hpp>
#include <cluster_store/tests/support/socket.hpp>
#include <cluster_store/tests/system/consistency.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

// The long form: SYSTEM_TESTS_TAKEOVERS=50.
std::size_t rounds() {
  return size_from_environment("SYSTEM_TESTS_TAKEOVERS", 3);
}

constexpr std::size_t processes = 8;

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

/// Processes that are started alike, in mode automatic.
class equals {
public:
  equals(const sandbox& where, const std::string& endpoint) : where_(where), endpoint_(endpoint) {}

  void start(std::size_t count) {
    while (count-- > 0)
      all_.push_back(&workers_.emplace_back(
          where_.cluster_store({"pipe", "--connect", endpoint_, "--secret-file", where_.secret_file(),
                                "--store", "s", "--automatic", "rocksdb:" + where_.path("data")})));
  }

  const std::vector<pipe_worker*>& all() const noexcept { return all_; }

  /// @returns who said last that it is the master; every one of them that lives. Reads what they say.
  std::vector<std::size_t> masters() {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      auto& self = all_[i]->self();
      self.pump(0ms);
      const auto is = self.errors().rfind("this process is the master");
      const auto is_not = self.errors().rfind("is another process");
      const bool says_so = is != std::string::npos && (is_not == std::string::npos || is > is_not);
      if (says_so && !self.ended())
        out.push_back(i);
    }
    return out;
  }

  void end(std::size_t which) {
    all_[which]->self().signal(SIGKILL);
    REQUIRE(all_[which]->self().wait(within(10s)) == -SIGKILL);
  }

  /// One after another; each master hands over.
  void dismiss() {
    for (auto& each : all_)
      if (!each->self().ended())
        CHECK(each->finish() == 0);
  }

private:
  const sandbox& where_;
  std::string endpoint_;
  std::list<pipe_worker> workers_;
  std::vector<pipe_worker*> all_;
};

struct times {
  std::vector<double> usable; ///< Seconds until all were, from the start of the first.
  std::vector<double> taken_over;

  static double median(std::vector<double> of) {
    std::ranges::sort(of);
    return of.empty() ? 0 : of[of.size() / 2];
  }
};

/// Starts all at once, kills the master under load, and looks at what everybody saw.
void one_round(const sandbox& where, const std::string& endpoint, std::uint64_t seed, times& seen) {
  equals here{where, endpoint};
  const auto begun = std::chrono::steady_clock::now();
  here.start(processes);
  load traffic{here.all(),
               {.seed = seed, .sessions = 300, .in_flight = 16, .prefix = std::to_string(seed) + "-"}};
  for (auto* each : here.all()) {
    std::string last; // a pipe that has no master for 1 s says so at once
    const auto usable = [&] {
      const auto answer = each->call({{"op", "get"}, {"id", "first"}});
      last = answer.dump();
      return answer.value("ok", false);
    };
    const bool became = wait_until(usable, within(10s));
    INFO(last << each->self().errors());
    REQUIRE(became);
  }
  seen.usable.push_back(seconds_since(begun));
  REQUIRE(here.masters().size() == 1);
  const auto master = here.masters().front();
  REQUIRE(traffic.run_for(2'000, within(60s)));
  const auto killed = std::chrono::steady_clock::now();
  here.end(master);
  traffic.give_up(master);
  REQUIRE(traffic.run_for(1, within(30s)));
  REQUIRE(traffic.run([&] { return here.masters().size() == 1; }, within(30s)));
  seen.taken_over.push_back(seconds_since(killed));
  REQUIRE(traffic.run_for(2'000, within(60s)));
  REQUIRE(traffic.settle(within(20s)));
  const auto reader = master == 0 ? 1 : 0;
  REQUIRE(traffic.read_all(reader, within(20s)));
  CHECK(here.masters().size() == 1);
  require_consistent(traffic, here.all());
  here.dismiss();
}

void take_over_again_and_again(const sandbox& where, const std::string& endpoint) {
  const auto seed = random_seed();
  INFO("seed " << seed);
  times seen;
  for (std::size_t round = 0; round < rounds(); ++round)
    one_round(where, endpoint, seed + round, seen);
  std::cout << processes << " processes over " << endpoint.substr(0, 5) << ", " << rounds()
            << " rounds: all usable within " << std::ranges::max(seen.usable) << " s (median "
            << times::median(seen.usable) << "), calls go on after a kill within "
            << std::ranges::max(seen.taken_over) << " s (median " << times::median(seen.taken_over) << ")"
            << std::endl;
  CHECK(times::median(seen.usable) < slowness * 4);
  CHECK(times::median(seen.taken_over) < slowness * 2);
}

} // namespace

TEST_CASE("processes that start at once have one master, and when it is killed another one takes over") {
  const sandbox where;
  take_over_again_and_again(where, "unix:" + where.path("store.sock"));
}

TEST_CASE("over a port of this machine, too, one of those that live takes over") {
  const sandbox where;
  take_over_again_and_again(where, unused_endpoint());
}

TEST_CASE("while the master is stopped there is no second one; killed in that state it is replaced") {
  const sandbox where;
  equals here{where, "unix:" + where.path("store.sock")};
  here.start(3);
  for (auto* each : here.all())
    REQUIRE(each->call({{"op", "set"}, {"id", "a"}, {"data", "1"}}).value("ok", false));
  const auto master = here.masters().front();
  const auto other = (master + 1) % 3;
  here.all()[master]->self().signal(SIGSTOP);
  const auto refused = here.all()[other]->call({{"op", "set"}, {"id", "b"}, {"data", "1"}});
  CHECK_FALSE(refused.value("ok", true)); // by its deadline
  // The others have found out by now, and found the lock taken.
  CHECK(wait_until(
      [&] {
        here.masters();
        return here.all()[other]->self().errors().find("trying again") != std::string::npos;
      },
      within(20s)));
  CHECK(here.masters() == std::vector{master});
  here.all()[master]->self().signal(SIGCONT);
  const auto works = [&](std::size_t which) {
    return here.all()[which]->call({{"op", "set"}, {"id", "c"}, {"data", "1"}}).value("ok", false);
  };
  CHECK(wait_until([&] { return works(other); }, within(20s)));
  CHECK(here.masters() == std::vector{master});
  here.all()[master]->self().signal(SIGSTOP);
  here.end(master);
  CHECK(wait_until([&] { return works(other); }, within(20s)));
  CHECK(here.all()[other]->call({{"op", "get"}, {"id", "a"}}).value("data", "") == "1");
  here.dismiss();
}

TEST_CASE("each of many masters in turn hands over when its program ends, and no line fails") {
  const sandbox where;
  equals here{where, "unix:" + where.path("store.sock")};
  here.start(4);
  const auto seed = random_seed();
  INFO("seed " << seed);
  load traffic{here.all(), {.seed = seed, .sessions = 200}};
  std::size_t left = here.all().size();
  for (; left > 1; --left) {
    REQUIRE(traffic.run_for(1'000, within(60s)));
    const auto now = here.masters();
    REQUIRE(now.size() == 1);
    REQUIRE(traffic.settle(within(20s)));
    CHECK(here.all()[now.front()]->finish() == 0);
    traffic.give_up(now.front());
  }
  REQUIRE(traffic.run_for(1'000, within(60s)));
  REQUIRE(traffic.settle(within(20s)));
  require_consistent(traffic, here.all());
  here.dismiss();
}

TEST_CASE("`serve --automatic`: who comes second waits, and serves when the first is killed") {
  const sandbox where;
  const auto endpoint = "unix:" + where.path("store.sock");
  const auto serve = where.cluster_store(
      {"serve", "--automatic", "--listen", endpoint, "--store", "s=rocksdb:" + where.path("data")});
  process first{serve};
  REQUIRE(first.await_line(within(20s)) == "ready " + endpoint);
  process second{serve};
  REQUIRE(second.await_line(within(20s)) == "ready " + endpoint);
  pipe_worker worker{where.cluster_store({"pipe", "--connect", endpoint, "--store", "s"})};
  const auto set = [&](const std::string& data) {
    return worker.call({{"op", "set"}, {"id", "a"}, {"data", data}}).value("ok", false);
  };
  REQUIRE(wait_until([&] { return set("1"); }, within(10s)));
  first.signal(SIGKILL);
  REQUIRE(first.wait(within(10s)) == -SIGKILL);
  CHECK(wait_until(
      [&] {
        return worker.call({{"op", "get"}, {"id", "a"}}).value("data", "") == "1";
      },
      within(10s)));
  CHECK(set("2"));
  process third{serve};
  REQUIRE(third.await_line(within(20s)) == "ready " + endpoint);
  second.signal(SIGTERM);
  CHECK(second.wait(within(10s)) == 0);
  CHECK(second.errors().find("this process is the master") != std::string::npos);
  CHECK(wait_until([&] { return set("3"); }, within(10s)));
  process other{where.cluster_store({"serve", "--automatic", "--listen", endpoint, "--store", "s=memory:"})};
  CHECK(other.wait(within(20s)) == 2);
  CHECK(other.errors().find("memory:") != std::string::npos);
  third.signal(SIGTERM);
  CHECK(third.wait(within(10s)) == 0);
  CHECK(worker.finish() == 0);
}
