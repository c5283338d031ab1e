#include <cluster_store/backends/faulty/faulty.hpp>

#include <limits>

#include <cluster_store/tests/backends/engines.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

fault_plan plan_of(const std::string& options) {
  return value_of(fault_plan_from(value_of(parse_uri("faulty:memory:?" + options))));
}

bool is(const fault& got, call_kind where, fault::kind what, std::uint64_t from, std::uint64_t to,
        double probability) {
  return got.where == where && got.what == what && got.from == from && got.to == to
         && got.probability == probability;
}

std::unique_ptr<backend> open(const registry& engines, const std::string& uri) {
  return value_of(engines.open(uri));
}

bool can_put(backend& to) {
  commit changes;
  changes.writes = {put("id", record_of(1, ""))};
  return to.apply(changes).has_value();
}

} // namespace

TEST_CASE("a plan is written in a URI") {
  const auto plan = plan_of(
      "seed=7&slow_ms=20&apply=io_error@3,slow@2-5,broken@500-&get=corrupt~0.25&sync=io_error@4-~0.5");
  CHECK(plan.seed == 7);
  CHECK(plan.slow_for == std::chrono::milliseconds{20});
  REQUIRE(plan.faults.size() == 5);
  CHECK(is(plan.faults[0], call_kind::get, fault::kind::corrupt, 1, no_limit, 0.25));
  CHECK(is(plan.faults[1], call_kind::apply, fault::kind::io_error, 3, 3, 1));
  CHECK(is(plan.faults[2], call_kind::apply, fault::kind::slow, 2, 5, 1));
  CHECK(is(plan.faults[3], call_kind::apply, fault::kind::broken, 500, no_limit, 1));
  CHECK(is(plan.faults[4], call_kind::sync, fault::kind::io_error, 4, no_limit, 0.5));
}

TEST_CASE("a plan that cannot be read is refused, and the message shows how to write one") {
  for (const auto* rule : {"", "explode", "io_error@", "io_error@x", "io_error@1-x", "io_error@1~",
                           "io_error~much", "io_error@-3", "@3", "io_error,", "io_error@1@2"}) {
    CAPTURE(rule);
    const uri where{"faulty", "memory:", {{"apply", rule}}};
    const auto got = fault_plan_from(where);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_argument);
    CHECK_THAT(got.error().message, contains("KIND@N-M"));
  }
}

TEST_CASE("a faulty URI with a bad option, plan or inner URI is refused") {
  const auto engines = registry::with_builtin_engines();
  for (const auto* text : {"faulty:memory:?aply=io_error", "faulty:memory:?seed=x", "faulty:memory:?opens=0",
                           "faulty:memory:?get=torn", "faulty:memory:?apply=io_error@0",
                           "faulty:memory:?apply=io_error~2", "faulty:", "faulty:memory:/x"}) {
    CAPTURE(text);
    const auto got = engines.open(text);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_argument);
  }
  CHECK(engines.open("faulty:nothing:").error().code == errc::unsupported);
}

TEST_CASE("an inner URI may have options of its own") {
  temporary_directory directory;
  const auto store = open(registry::with_builtin_engines(),
                          "faulty:rocksdb%3A" + (directory / "data") + "%3Fsync%3Dnever?apply=io_error@2");
  CHECK(store->traits().sync == traits::syncing::never);
  CHECK(can_put(*store));
  CHECK_FALSE(can_put(*store));
  CHECK(can_put(*store));
}

TEST_CASE("with opens=N a store recovers after it was opened N times") {
  const auto engines = registry::with_builtin_engines();
  const std::string uri = "faulty:memory:?apply=broken@1&opens=2";
  CHECK_FALSE(can_put(*open(engines, uri)));
  CHECK_FALSE(can_put(*open(engines, uri)));
  CHECK(can_put(*open(engines, uri)));
  CHECK(can_put(*open(engines, uri)));
  CHECK_FALSE(can_put(*open(engines, uri + "&seed=2")));
  CHECK_FALSE(can_put(*open(registry::with_builtin_engines(), uri)));
}
