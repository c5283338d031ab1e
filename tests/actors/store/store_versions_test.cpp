#include <cluster_store/tests/actors/store/fixture.hpp>

#include <cluster_store/actors/store/version_reserve.hpp>
#include <cluster_store/backends/faulty/faulty.hpp>
#include <cluster_store/tests/backends/engines.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using actors::version_reserve;
using backends::call_kind;
using fault_kind = backends::fault::kind;
using syncing = backends::traits::syncing;

namespace {

/// An engine in memory that says it was durable.
class durable_engine final : public backends::backend {
public:
  explicit durable_engine(syncing sync, std::size_t* syncs = nullptr)
      : traits_(inner_->traits()), syncs_(syncs) {
    traits_.durable = true;
    traits_.sync = sync;
  }

  const backends::traits& traits() const noexcept override { return traits_; }
  result<void> get(std::span<const std::string_view> ids, backends::reads& out) override {
    return inner_->get(ids, out);
  }
  result<std::vector<result<backends::write_outcome>>> apply(const backends::commit& changes) override {
    return inner_->apply(changes);
  }
  result<backends::page> scan(const backends::scan_request& request) override {
    return inner_->scan(request);
  }
  result<std::vector<backends::expiry_row>> due(wall_time now, std::size_t rows_max) override {
    return inner_->due(now, rows_max);
  }
  result<std::uint64_t> length() override { return inner_->length(); }
  result<std::vector<backends::client_row>> client_rows() override { return inner_->client_rows(); }
  result<std::vector<backends::system_row>> system_rows(std::string_view first, std::string_view last,
                                                        std::size_t rows_max) override {
    return inner_->system_rows(first, last, rows_max);
  }
  result<void> sync() override {
    if (syncs_ != nullptr)
      ++*syncs_;
    return inner_->sync();
  }
  bool broken() const noexcept override { return inner_->broken(); }

private:
  std::unique_ptr<backends::backend> inner_ = backends::make_memory();
  backends::traits traits_;
  std::size_t* syncs_;
};

std::unique_ptr<backends::backend> failing_once(call_kind where, fault_kind what, std::uint64_t number) {
  backends::fault_plan plan;
  plan.faults.push_back({where, what, number, number, 1.0});
  return value_of(backends::make_faulty(std::make_unique<durable_engine>(syncing::never), plan));
}

version_number version_of_set(store_fixture& store, test_client& client) {
  const auto stored = store.call(client, set("a", "1"));
  REQUIRE(stored);
  return stored->content.version;
}

std::optional<version_number> reserved_version(store_fixture& store) {
  const auto rows = store.engine().system_rows("store/", "store0", 10);
  REQUIRE(rows);
  return actors::store_rows::read(*rows)->reserved_version;
}

} // namespace

TEST_CASE("a store that a power cut can set back reserves a block of versions with one synced commit") {
  std::size_t syncs = 0;
  const auto sync = GENERATE(syncing::interval, syncing::never);
  store_fixture store{{}, std::make_unique<durable_engine>(sync, &syncs)};
  auto client = store.join();
  CHECK(syncs == 1); // of the start; who only looks pays nothing
  CHECK(version_of_set(store, client) == 1);
  CHECK(reserved_version(store) == version_reserve::block);
  CHECK(version_of_set(store, client) == 2);
  CHECK(syncs == 2);
}

TEST_CASE("a start begins behind what was reserved") {
  store_fixture store{{}, std::make_unique<durable_engine>(syncing::never)};
  auto client = store.join();
  version_of_set(store, client);
  store.restart();
  auto other = store.join();
  CHECK(version_of_set(store, other) == version_reserve::block + 1);
  CHECK(reserved_version(store) == 2 * version_reserve::block);
}

TEST_CASE("an engine that keeps what it answered has its versions without a gap, and nothing is reserved") {
  std::size_t syncs = 0;
  store_fixture store{{}, std::make_unique<durable_engine>(syncing::always, &syncs)};
  auto client = store.join();
  CHECK(version_of_set(store, client) == 1);
  CHECK(store.groups == 1);
  store.restart();
  auto other = store.join();
  CHECK(version_of_set(store, other) == 2);
  CHECK_FALSE(reserved_version(store));
  CHECK(syncs == 0);
}

TEST_CASE("a reservation that fails leaves the store read-only until the engine takes it") {
  const auto where = GENERATE(call_kind::apply, call_kind::sync);
  // The first apply and the first sync are those of the start.
  store_fixture store{{}, failing_once(where, fault_kind::io_error, 2)};
  auto client = store.join();
  CHECK(store.call(client, set("a", "1")).error().code == errc::io_error);
  CHECK(store.core().read_only());
  CHECK_FALSE(store.call(client, get("a"))->found);
  store.core().tick(store.steady);
  store.run();
  CHECK_FALSE(store.core().read_only());
  CHECK(version_of_set(store, client) == 1);
}

TEST_CASE("a reservation in doubt restarts the store before a version is given out") {
  const auto where = GENERATE(call_kind::apply, call_kind::sync);
  store_fixture store{{}, failing_once(where, fault_kind::unknown_applied, 2)};
  auto client = store.join();
  REQUIRE_FALSE(store.submit(client, {set("a", "1")}));
  CHECK(store.run().empty());
  CHECK(store.core().must_restart());
}

TEST_CASE("a reserve is short before a group could take more than there is, and never less than a group") {
  backends::traits engine;
  engine.durable = true;
  const std::size_t group = GENERATE(1, 1'024, version_reserve::block);
  version_reserve reserve{engine, group};
  const auto start = value_of(reserve.begin({}, false));
  CHECK(start == 0);
  CHECK(reserve.is_short(start));
  reserve.next_row(start);
  CHECK(reserve.is_short(start)); // it is not on the disk yet
  reserve.reserved();
  const auto end = std::max<version_number>(version_reserve::block, 2 * group);
  CHECK_FALSE(reserve.is_short(start));
  CHECK_FALSE(reserve.is_short(end - group));
  CHECK(reserve.is_short(end - group + 1));
}

TEST_CASE("a store of a program that reserved nothing begins a block behind its counter") {
  backends::traits engine;
  engine.durable = true;
  version_reserve reserve{engine, 1};
  actors::store_rows::contents known;
  known.incarnation = wire::token{1};
  known.last_version = 7;
  CHECK(reserve.begin(known, false) == version_reserve::block + 7);
}

TEST_CASE("a start that would pass 2^53 is refused") {
  version_reserve reserve{{}, 1};
  actors::store_rows::contents known;
  known.incarnation = wire::token{1};
  known.last_version = version_reserve::start_max;
  CHECK(reserve.begin(known, false) == version_reserve::start_max);
  const auto refused = reserve.begin(known, true);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unsupported);
  CHECK(refused.error().message.find("2^53") != std::string::npos);
  known.last_version = UINT64_MAX;
  CHECK_FALSE(reserve.begin(known, false));
}

TEST_CASE("a copy that was put back gets a new identity and versions well beyond, once") {
  // given a store that went on after it was copied
  const auto sync = GENERATE(syncing::always, syncing::never);
  std::unique_ptr<backends::backend> engine = std::make_unique<durable_engine>(sync);
  actors::store_core first{{}, *engine};
  REQUIRE(first.load({1, 2, 3}, {}));
  // when the copy is opened as what it is
  actors::store_core_options how;
  how.copy_identity = wire::token{7};
  store_fixture store{how, std::move(engine)};
  auto client = store.join();
  // then workers can tell, and no version comes again
  CHECK(store.greet(client).incarnation == wire::token{7});
  const auto version = version_of_set(store, client);
  CHECK(version == version_reserve::gap_of_copy + 1);
  // and a store actor that starts again in the same process goes on
  store.restart();
  auto other = store.join();
  CHECK(store.greet(other).incarnation == wire::token{7});
  CHECK(version_of_set(store, other) <= version + version_reserve::block);
}

TEST_CASE("new data are no copy") {
  actors::store_core_options how;
  how.copy_identity = wire::token{7};
  store_fixture store{how};
  auto client = store.join();
  CHECK(version_of_set(store, client) == 1);
  store.restart();
  auto other = store.join();
  CHECK(version_of_set(store, other) == 2);
}
