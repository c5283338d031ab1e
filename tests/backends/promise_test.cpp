#include <map>

#include <cluster_store/tests/backends/engines.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

/// One column of the table in docs/storage.md, "What each engine promises".
struct promises {
  bool survives_a_killed_process;
  bool survives_a_power_cut_once_acknowledged;
  bool commit_is_all_or_nothing;
  bool one_master_at_a_time;
  bool ordered_listing;
  bool removes_expired_by_itself;
  bool length_at_once;
  bool may_block;

  friend bool operator==(const promises&, const promises&) = default;
};

promises promises_of(const traits& what) {
  return {
      .survives_a_killed_process = what.durable,
      .survives_a_power_cut_once_acknowledged = what.durable && what.sync == traits::syncing::always,
      .commit_is_all_or_nothing = what.atomic == traits::atomicity::commit,
      .one_master_at_a_time = !what.shared,
      .ordered_listing = what.ordered_scan,
      .removes_expired_by_itself = what.native_ttl,
      .length_at_once = what.length == traits::counting::exact,
      .may_block = what.may_block,
  };
}

promises promises_of(const std::string& uri) {
  const auto opened = value_of(registry::with_builtin_engines().open(uri));
  return promises_of(opened->traits());
}

} // namespace

TEST_CASE("each engine promises what the table says") {
  temporary_directory directory;
  const auto path = directory / "data";
  const promises memory{.survives_a_killed_process = false,
                        .survives_a_power_cut_once_acknowledged = false,
                        .commit_is_all_or_nothing = true,
                        .one_master_at_a_time = true,
                        .ordered_listing = false,
                        .removes_expired_by_itself = false,
                        .length_at_once = true,
                        .may_block = false};
  const promises rocksdb_always{.survives_a_killed_process = true,
                                .survives_a_power_cut_once_acknowledged = true,
                                .commit_is_all_or_nothing = true,
                                .one_master_at_a_time = true,
                                .ordered_listing = true,
                                .removes_expired_by_itself = false,
                                .length_at_once = true,
                                .may_block = true};
  auto rocksdb_later = rocksdb_always;
  rocksdb_later.survives_a_power_cut_once_acknowledged = false;
  auto torn = memory;
  torn.commit_is_all_or_nothing = false;
  auto slow = memory;
  slow.may_block = true;
  const std::map<std::string, promises> table{
      {"memory:", memory},
      {"rocksdb:" + path, rocksdb_always},
      {"rocksdb:" + path + "?sync=always", rocksdb_always},
      {"rocksdb:" + path + "?sync=interval", rocksdb_later},
      {"rocksdb:" + path + "?sync=never", rocksdb_later},
      {"faulty:memory:", memory},
      {"faulty:memory:?apply=torn@3", torn},
      {"faulty:memory:?get=slow@3", slow},
      {"faulty:rocksdb%3A" + path, rocksdb_always},
  };
  for (const auto& [uri, expected] : table) {
    CAPTURE(uri);
    CHECK((promises_of(uri) == expected));
  }
}

TEST_CASE("every engine of the registry stands in the table of promises") {
  CHECK(registry::with_builtin_engines().schemes()
        == std::vector<std::string>{"faulty", "memory", "rocksdb"});
}

TEST_CASE("an engine names itself by its scheme") {
  engine store{any_engine()};
  const auto schemes = registry::with_builtin_engines().schemes();
  CHECK(std::find(schemes.begin(), schemes.end(), store->traits().engine) != schemes.end());
}
