#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/master.hpp>
#include <cluster_store/tests/support/pipe_worker.hpp>
#include <cluster_store/tests/support/small_disk.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t disk_bytes = 48u << 20;
constexpr std::size_t data_bytes = 100'000;

/// A master with its store on a small disk, a worker, and what this was told.
class full_disk_site {
public:
  full_disk_site()
      : disk_{where_.path("disk"), disk_bytes},
        server_{where_, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + disk_ / "data"}} {
    server_.start();
    worker_.emplace(server_);
  }

  master& server() { return server_; }
  pipe_worker& worker() { return *worker_; }
  const small_disk& disk() const { return disk_; }
  std::size_t kept() const { return data_.size(); }

  /// Sets the next session. @returns the error, or nothing.
  std::string set() {
    const auto id = "session " + std::to_string(last_ + 1);
    const std::string data(data_bytes, static_cast<char>('a' + last_ % 26));
    ++last_;
    const auto body = worker_->call({{"op", "set"}, {"id", id}, {"data", data}});
    if (body.value("ok", false))
      data_[id] = data;
    else
      refused_.push_back(id);
    return body.value("error", "");
  }

  void set_many(std::size_t count) {
    for (; count > 0; --count)
      REQUIRE(set() == "");
  }

  /// Fills the disk and sets sessions until one is refused.
  void fill() {
    disk_.fill();
    std::string error;
    for (int count = 0; error.empty() && count < 100; ++count)
      error = set();
    REQUIRE(error == "io_error");
  }

  /// A worker that has been without a master for a while answers at once until it is connected again.
  void await_worker() {
    const auto is_connected = [this] {
      return worker_->call({{"op", "get"}, {"id", "session 1"}}).value("error", "") != "unavailable";
    };
    REQUIRE(wait_until(is_connected, within(10s)));
  }

  /// Everything acknowledged is there, and nothing else.
  void check_all() {
    await_worker();
    for (const auto& [id, data] : data_) {
      INFO(id);
      const auto body = worker_->call({{"op", "get"}, {"id", id}});
      INFO(body.value("error", "found") << ": " << body.value("message", ""));
      REQUIRE(body.value("found", false));
      REQUIRE((body["data"] == data));
    }
    for (const auto& id : refused_) {
      INFO(id);
      REQUIRE(worker_->call({{"op", "get"}, {"id", id}})["found"] == false);
    }
  }

  bool takes_writes() { return set().empty(); }

private:
  sandbox where_;
  small_disk disk_;
  master server_;
  std::optional<pipe_worker> worker_;
  std::map<std::string, std::string> data_; ///< What was acknowledged.
  std::vector<std::string> refused_;
  std::size_t last_ = 0;
};

/// Runs `test` with a site, where file systems can be mounted. Elsewhere ctest lists it as skipped.
template <class Test>
void with_full_disk(Test test) {
  std::optional<full_disk_site> site;
  try {
    site.emplace();
  } catch (const std::runtime_error& problem) {
    if (!std::string_view{problem.what()}.starts_with("no file system can be mounted here"))
      throw;
    WARN("UNSUPPORTED ENVIRONMENT: the behaviour on a full disk was not tested, because " << problem.what());
    return;
  }
  test(*site);
}

/// @returns whether the master can be used; otherwise it said so and ended.
bool starts(master& server) {
  try {
    server.start();
    return true;
  } catch (const std::runtime_error& problem) {
    CHECK_THAT(problem.what(), contains("ended with code 5"));
    return false;
  }
}

} // namespace

TEST_CASE("on a full disk writes answer io_error and reads go on, and writes work again when there is room") {
  with_full_disk([](full_disk_site& site) {
    site.set_many(20);
    for (int round = 0; round < 2; ++round) {
      site.fill();
      CHECK(site.set() == "io_error");
      CHECK(site.worker().call({{"op", "touch"}, {"id", "session 1"}, {"ttl_ms", 60'000}})["error"]
            == "io_error");
      CHECK(site.worker().call({{"op", "destroy"}, {"id", "session 1"}})["error"] == "io_error");
      CHECK_FALSE(site.server().store_status("s")["problem"].get<std::string>().empty());
      CHECK(site.worker().call({{"op", "length"}})["count"] == site.kept());
      site.check_all();
      site.disk().make_room();
      REQUIRE(wait_until([&] { return site.takes_writes(); }, within(30s)));
      site.set_many(20);
      CHECK(site.server().store_status("s")["problem"] == "");
    }
    CHECK(site.server().store_status("s")["restarts"] == 0);
    site.check_all();
    REQUIRE(site.server().stop() == 0);
    site.server().start();
    site.check_all();
    CHECK(site.worker().finish() == 0);
    CHECK(site.worker().problems().empty());
  });
}

TEST_CASE("a master that was killed on a full disk has everything acknowledged once there is room") {
  with_full_disk([](full_disk_site& site) {
    site.set_many(20);
    site.fill();
    for (int attempt = 0; attempt < 3; ++attempt) {
      site.server().kill();
      if (starts(site.server()))
        site.check_all();
    }
    site.disk().make_room();
    site.server().kill();
    site.server().start();
    site.check_all();
    REQUIRE(wait_until([&] { return site.takes_writes(); }, within(30s)));
    site.set_many(20);
    site.check_all();
    CHECK(site.worker().finish() == 0);
    CHECK(site.worker().problems().empty());
  });
}
