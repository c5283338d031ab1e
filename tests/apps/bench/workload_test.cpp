#include <cluster_store/apps/bench/workload.hpp>

#include <map>
#include <set>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;

namespace {

/// @returns how often each kind comes in a stream of so many operations.
std::map<operation_kind, int> count_kinds(workload what, int operations) {
  load_settings how;
  how.what = what;
  operation_source source{how};
  std::map<operation_kind, int> counts;
  for (auto each = source.next(); operations > 0; each = source.next_after(each), --operations)
    ++counts[each.what];
  return counts;
}

} // namespace

TEST_CASE("workloads of one kind do that and nothing else") {
  CHECK(count_kinds(workload::get, 1'000) == std::map<operation_kind, int>{{operation_kind::get, 1'000}});
  CHECK(count_kinds(workload::set, 1'000) == std::map<operation_kind, int>{{operation_kind::set, 1'000}});
  CHECK(count_kinds(workload::touch, 1'000) == std::map<operation_kind, int>{{operation_kind::touch, 1'000}});
}

TEST_CASE("mixed sets one time in ten") {
  auto counts = count_kinds(workload::mixed, 100'000);
  CHECK(counts[operation_kind::set] == Approx(10'000).epsilon(0.1));
  CHECK(counts[operation_kind::touch] == 0);
}

TEST_CASE("web follows each get with a touch, or one time in twenty a set, of the same session") {
  load_settings how;
  how.what = workload::web;
  operation_source source{how};
  int sets = 0;
  auto get = source.next();
  for (int request = 0; request < 100'000; ++request) {
    REQUIRE(get.what == operation_kind::get);
    const auto second = source.next_after(get);
    REQUIRE(second.what != operation_kind::get);
    REQUIRE(second.key == get.key);
    sets += second.what == operation_kind::set ? 1 : 0;
    get = source.next_after(second);
  }
  CHECK(sets == Approx(5'000).epsilon(0.1));
}

TEST_CASE("the share of a kind in a workload is the one that the workload has") {
  constexpr int operations = 100'000;
  for (const auto& each : workloads) {
    auto counts = count_kinds(each.what, operations);
    INFO(each.name);
    for (const auto kind : {operation_kind::get, operation_kind::set, operation_kind::touch}) {
      const auto share = share_of(kind, each.what);
      CHECK(counts[kind] == Approx(share * operations).epsilon(0.1));
      CHECK((share == 0) == (counts[kind] == 0));
    }
  }
}

TEST_CASE("keys are picked from all of them and no others, by either distribution") {
  for (const auto picks : {distribution::uniform, distribution::zipf}) {
    load_settings how;
    how.keys = 10;
    how.picks = picks;
    operation_source source{how};
    std::set<std::uint32_t> keys;
    for (int each = 0; each < 10'000; ++each)
      keys.insert(source.next().key);
    CHECK(keys == std::set<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  }
}

TEST_CASE("ids have sixteen bytes, those of Redis as redis-benchmark makes them") {
  id_buffer ours;
  CHECK(ours.id_of(0) == "session-00000000");
  CHECK(ours.id_of(9'999'999) == "session-09999999");
  CHECK(ours.id_of(12) == "session-00000012");
  id_buffer theirs{"key:"};
  CHECK(theirs.id_of(34) == "key:000000000034");
}

TEST_CASE("values have the size that is asked for, and neighbours differ") {
  for (const std::uint32_t bytes : {0u, 1u, 256u, 65'536u}) {
    const value_text values{bytes};
    for (const std::uint32_t key : {0u, 1u, 9'999'999u})
      CHECK(values.value_of(key).size() == bytes);
  }
  const value_text values{64};
  CHECK(values.value_of(1) != values.value_of(2));
  CHECK(values.value_of(1) == value_text{64}.value_of(1));
}

TEST_CASE("every workload has a name that finds it") {
  for (const auto& each : workloads) {
    CHECK(to_string(each.what) == each.name);
    CHECK(workload_named(each.name) == each.what);
  }
}
