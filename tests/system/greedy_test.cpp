#include <algorithm>
#include <list>

#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

/// What a master may have above its data, whatever its workers do; and again when they are idle.
constexpr std::size_t busy_bytes_max = 128 * mebibyte * memory_factor + quarantine_bytes;
constexpr std::size_t idle_bytes_max = 24 * mebibyte * memory_factor + quarantine_bytes;

std::string gets(const std::string& id, std::size_t count) {
  std::string lines;
  for (std::size_t number = 0; number < count; ++number)
    lines += json{{"seq", number}, {"op", "get"}, {"id", id}}.dump() + "\n";
  return lines;
}

/// Workers that only read, each the same session again and again; who reads their answers throws them away.
class readers {
public:
  readers(const master& server, std::size_t count) {
    for (; count > 0; --count)
      processes_.push_back(
          &workers_.emplace_back(server, std::vector<std::string>{"--timeout", "60s"}).self());
  }

  void ask(const std::string& id, std::size_t count) {
    for (auto* each : processes_)
      each->write(gets(id, count));
    asked_ += count * processes_.size();
  }

  /// Reads what there is. @returns false if all is answered.
  bool read() {
    process::pump(processes_, 20ms);
    for (auto* each : processes_)
      while (const auto line = each->take_line()) {
        ++answered_;
        failed_ += line->substr(0, 60).find("\"ok\":true") == std::string::npos ? 1 : 0;
      }
    return answered_ < asked_;
  }

  void read_all() {
    const auto limit = within(120s);
    while (read())
      REQUIRE(std::chrono::steady_clock::now() < limit);
  }

  void signal(int number, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      processes_[i]->signal(number);
  }

  std::size_t answered() const noexcept { return answered_; }
  std::size_t failed() const noexcept { return failed_; }

private:
  std::list<pipe_worker> workers_;
  std::vector<process*> processes_;
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
  std::size_t failed_ = 0;
};

std::string endpoint_in(const sandbox& where) {
  return GENERATE(true, false) ? "unix:" + where.path("store.sock") : std::string{"127.0.0.1:0"};
}

std::string store_in(const sandbox& where) {
  return GENERATE(true, false) ? "s=memory:" : "s=rocksdb:" + where.path("data");
}

std::chrono::milliseconds median_of(std::vector<std::chrono::milliseconds>& all, double part) {
  std::sort(all.begin(), all.end());
  return all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))];
}

void check_peak(master& server, std::size_t before) {
  const auto peak = resident_bytes_peak(server.self().id());
  INFO("before " << before / mebibyte << " MiB, peak " << peak / mebibyte << " MiB");
  CHECK(peak < before + busy_bytes_max);
}

void check_idle(master& server, std::size_t before) {
  const auto now = [&] { return resident_bytes(server.self().id()); };
  wait_until([&] { return now() < before + idle_bytes_max; }, within(15s));
  CHECK(now() < before + idle_bytes_max);
}

/// Lines for `pipe`, one of `op` for each of `count` sessions.
std::string lines_of(const char* op, std::size_t count, const json& more) {
  std::string lines;
  for (std::size_t number = 0; number < count; ++number) {
    json line{{"seq", number}, {"op", op}, {"id", std::to_string(number)}};
    line.update(more);
    lines += line.dump() + "\n";
  }
  return lines;
}

} // namespace

SCENARIO("a master stays small whatever its workers read, and is small again when they are idle") {
  GIVEN("a master with sessions of a mebibyte, and workers that read one after another") {
    const sandbox where;
    master server{where, {.listen = endpoint_in(where), .store = store_in(where)}};
    server.start();
    REQUIRE(server.run({"set", "large", "-"}, std::string(mebibyte, 'x')).code == 0);
    const auto before = resident_bytes(server.self().id());
    readers workers{server, 3};
    WHEN("they read a thousand sessions each") {
      workers.ask("large", 1'000);
      workers.read_all();
      THEN("the master had little more than its data, and gives it back while they stay") {
        CHECK(workers.failed() == 0);
        check_peak(server, before);
        check_idle(server, before);
      }
    }
  }
}

SCENARIO("what many workers read at the same time waits for room, and is not made first") {
  GIVEN("a master with a session of a mebibyte and a hundred workers") {
    const sandbox where;
    master server{where, {.listen = endpoint_in(where)}};
    server.start();
    REQUIRE(server.run({"set", "large", "-"}, std::string(mebibyte, 'x')).code == 0);
    const auto before = resident_bytes(server.self().id());
    readers workers{server, 100};
    WHEN("each asks for it ten times at once") {
      workers.ask("large", 10);
      workers.read_all();
      THEN("the master had little more than its data, and gives it back while they stay") {
        CHECK(workers.failed() == 0);
        check_peak(server, before);
        check_idle(server, before);
      }
    }
  }
}

SCENARIO("stopped workers cost neither the master's memory nor the others their answers") {
  GIVEN("a master with sessions of a mebibyte, seven greedy workers and a modest one") {
    const sandbox where;
    master server{where, {.listen = endpoint_in(where)}};
    server.start();
    REQUIRE(server.run({"set", "large", "-"}, std::string(mebibyte, 'x')).code == 0);
    const auto before = resident_bytes(server.self().id());
    readers greedy{server, 7};
    pipe_worker modest{server};
    REQUIRE(modest.call({{"op", "set"}, {"id", "small"}, {"data", "x"}})["ok"] == true);
    WHEN("all ask for much, and four of them are stopped") {
      greedy.ask("large", 200);
      for (int i = 0; i < 10; ++i)
        greedy.read();
      greedy.signal(SIGSTOP, 4);
      std::vector<std::chrono::milliseconds> times;
      for (int i = 0; i < 100; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const auto seq = modest.send({{"op", "get"}, {"id", i % 2 == 0 ? "small" : "large"}});
        std::vector<pipe_answer> answers;
        while (answers.empty() && std::chrono::steady_clock::now() - start < 10s) {
          greedy.read();
          modest.self().pump(1ms);
          answers = modest.take_answers();
        }
        REQUIRE_FALSE(answers.empty());
        CHECK(answers[0].body["seq"] == seq);
        CHECK(answers[0].ok());
        times.push_back(
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start));
      }
      THEN("each gets answers, and the master stays small") {
        const auto peak = resident_bytes_peak(server.self().id());
        WARN("before " << before / mebibyte << " MiB, peak " << peak / mebibyte
                       << " MiB; a modest worker waited " << median_of(times, 0.5).count() << " ms, at most "
                       << median_of(times, 1.0).count() << " ms");
        CHECK(peak < before + busy_bytes_max);
        greedy.signal(SIGCONT, 4);
        greedy.read_all();
        CHECK(greedy.failed() == 0);
      }
    }
  }
}

SCENARIO("stopped workers that hold all there is to lend are cut off, and lose nothing when they go on") {
  GIVEN("a master that lends little, and more stopped workers than that is enough for") {
    const sandbox where;
    master server{where,
                  {.listen = "unix:" + where.path("store.sock"), .more_arguments = {"--memory-max", "32"}}};
    server.start();
    REQUIRE(server.run({"set", "large", "-"}, std::string(mebibyte, 'x')).code == 0);
    readers greedy{server, 4};
    pipe_worker modest{server, {"--timeout", "30s"}};
    REQUIRE(modest.call({{"op", "set"}, {"id", "small"}, {"data", "x"}})["ok"] == true);
    greedy.ask("large", 100);
    for (int i = 0; i < 10; ++i)
      greedy.read();
    greedy.signal(SIGSTOP, 4);
    WHEN("another one asks for a large session") {
      const auto start = std::chrono::steady_clock::now();
      CHECK(modest.call({{"op", "get"}, {"id", "small"}})["ok"] == true);
      CHECK(std::chrono::steady_clock::now() - start < 2s * slowness); // needs no loan
      CHECK(modest.call({{"op", "get"}, {"id", "large"}})["ok"] == true);
      THEN("it gets it within seconds, and the others all of theirs, later") {
        CHECK(std::chrono::steady_clock::now() - start < 10s * slowness);
        greedy.signal(SIGCONT, 4);
        greedy.read_all();
        CHECK(greedy.failed() == 0);
      }
    }
  }
}

SCENARIO("a master stays small when large sessions are touched and destroyed by the hundred") {
  GIVEN("a store on disk with sessions of a mebibyte") {
    constexpr std::size_t count = 300;
    const sandbox where;
    master server{where,
                  {.listen = "unix:" + where.path("store.sock"),
                   .store = "s=rocksdb:" + where.path("data") + "?sync=never"}};
    server.start();
    const auto pipe = [&](const std::string& lines) {
      const auto done = server.run({"pipe", "--timeout", "60s"}, lines);
      CHECK(done.output.find("\"ok\":false") == std::string::npos);
      return static_cast<std::size_t>(std::ranges::count(done.output, '\n'));
    };
    REQUIRE(pipe(lines_of("set", count, {{"data", std::string(mebibyte, 'x')}})) == count);
    const auto before = resident_bytes(server.self().id());
    WHEN("all are touched at once") {
      REQUIRE(pipe(lines_of("touch", count, {{"ttl_ms", 3'600'000}})) == count);
      THEN("what is read and written again is bounded") {
        check_peak(server, before);
      }
    }
    WHEN("all are destroyed in one commit") {
      json all{{"seq", 0}, {"op", "mdestroy"}};
      for (std::size_t number = 0; number < count; ++number)
        all["ids"].push_back(std::to_string(number));
      REQUIRE(pipe(all.dump() + "\n") == 1);
      THEN("no more was read than is looked at") {
        check_peak(server, before);
      }
    }
  }
}
