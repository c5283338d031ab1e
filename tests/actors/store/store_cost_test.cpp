#include <algorithm>

#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

/// What the core asked of an engine.
struct asked {
  std::size_t reads = 0;     ///< Multi-gets.
  std::size_t ids = 0;       ///< Sessions they read.
  std::size_t scans = 0;     ///< Pages.
  std::size_t scan_rows = 0; ///< Rows of them.
  std::size_t due_rows = 0;  ///< Rows of the expiry index.
  std::size_t lengths = 0;
  std::size_t commits = 0;
  std::size_t rows = 0;                ///< Sessions, client rows and system rows that were written.
  std::size_t failing_read = SIZE_MAX; ///< Not a count: the number of the multi-get that fails.
  std::size_t ids_at_once = SIZE_MAX;  ///< Not a count: it reads no more at once, as one does that copies.
};

/// The memory engine, and a count of what is asked of it.
class counting_engine final : public backends::backend {
public:
  explicit counting_engine(asked& count) : count_(count) {}

  const backends::traits& traits() const noexcept override { return inner_->traits(); }
  result<void> get(std::span<const std::string_view> ids, backends::reads& out) override {
    const auto some = ids.first(std::min(ids.size(), count_.ids_at_once));
    if (count_.reads++ == count_.failing_read)
      return fail(errc::io_error, "the disk is away");
    count_.ids += some.size();
    return inner_->get(some, out);
  }
  result<std::vector<result<backends::write_outcome>>> apply(const backends::commit& changes) override {
    ++count_.commits;
    count_.rows += changes.writes.size() + changes.client_rows.size() + changes.system_rows.size();
    return inner_->apply(changes);
  }
  result<backends::page> scan(const backends::scan_request& request) override {
    auto page = inner_->scan(request);
    ++count_.scans;
    count_.scan_rows += page ? page->rows.size() : 0;
    return page;
  }
  result<std::vector<backends::expiry_row>> due(wall_time now, std::size_t rows_max) override {
    auto rows = inner_->due(now, rows_max);
    count_.due_rows += rows ? rows->size() : 0;
    return rows;
  }
  result<std::uint64_t> length() override {
    ++count_.lengths;
    return inner_->length();
  }
  result<std::vector<backends::client_row>> client_rows() override { return inner_->client_rows(); }
  result<std::vector<backends::system_row>> system_rows(std::string_view first, std::string_view last,
                                                        std::size_t rows_max) override {
    return inner_->system_rows(first, last, rows_max);
  }
  result<void> sync() override { return inner_->sync(); }
  bool broken() const noexcept override { return inner_->broken(); }

private:
  asked& count_;
  std::unique_ptr<backends::backend> inner_ = backends::make_memory();
};

/// A store with sessions in it.
struct full_store {
  explicit full_store(std::size_t sessions, std::optional<time_to_live> ttl = {}) : client(store.join()) {
    for (std::size_t number = 0; number < sessions; ++number)
      ids.push_back("session" + std::to_string(number));
    std::vector<numbered_operation> operations;
    for (const auto& id : ids)
      operations.push_back(set(id, "data", ttl));
    REQUIRE_FALSE(store.submit(client, operations));
    REQUIRE(store.run().size() == sessions);
    count = {};
  }

  asked count;
  std::vector<std::string> ids;
  store_fixture store{store_fixture::without_windows(), std::make_unique<counting_engine>(count)};
  test_client client;
};

} // namespace

TEST_CASE("length reads no session, however many there are") {
  for (const std::size_t sessions : {10, 10'000}) {
    full_store here{sessions};
    CHECK(here.store.call(here.client, length())->count == sessions);
    CHECK(here.count.ids == 0);
    CHECK(here.count.scans == 0);
    CHECK(here.count.lengths == 0);
    CHECK(here.count.due_rows == 0);
  }
}

TEST_CASE("a page of a listing reads the rows of that page") {
  for (const std::size_t sessions : {1'000, 10'000}) {
    full_store here{sessions};
    CHECK(here.store.call(here.client, all({}, {}, 100))->sessions.size() == 100);
    CHECK(here.count.scans == 1);
    CHECK(here.count.scan_rows == 100);
    CHECK(here.count.ids == 0);
  }
}

TEST_CASE(
    "reads that are refused for their size read no more than shows that, also for who comes behind them") {
  full_store here{0};
  const std::size_t enough = operations::answer_bytes_max / (1024 * 1024) + 1;
  for (std::size_t number = 0; number < 2 * enough; ++number) {
    here.ids.push_back(std::to_string(number));
    REQUIRE(here.store.call(here.client, set(here.ids.back(), std::string(1024 * 1024, 'x'))));
  }
  here.count = {.ids_at_once = 1};
  here.store.submit(here.client, {mget(here.ids), mget(here.ids), get("0"), get("nobody's")});
  const auto answers = here.store.run();
  CHECK(std::ranges::count_if(
            answers,
            [](const auto& each) { return !each.second && each.second.error().code == errc::too_large; })
        == 2);
  CHECK(here.count.ids == 2 * enough + 2);
}

TEST_CASE("a lone read does not wait for what others have read") {
  full_store here{0};
  std::vector<numbered_operation> touches;
  for (int number = 0; number < 40; ++number) {
    const auto id = std::to_string(number);
    REQUIRE(here.store.call(here.client, set(id, std::string(1024 * 1024, 'x'))));
    touches.push_back(touch(id, 1h));
  }
  auto other = here.store.join();
  REQUIRE(here.store.call(other, set("small", "data")));
  here.count = {.ids_at_once = 1};
  REQUIRE_FALSE(here.store.submit(here.client, touches));
  REQUIRE_FALSE(here.store.submit(other, {get("small")}));
  REQUIRE(here.store.core().prepare(here.store.now));
  const auto frames = here.store.core().finish(here.store.engine().apply(here.store.core().staged()));
  CHECK(std::ranges::count_if(frames, [&](const auto& frame) { return frame.client == other.id; }) == 1);
  CHECK(here.count.ids <= 6);
}

TEST_CASE("sessions that an mdestroy looked at and could not remove are whole for who reads them") {
  full_store here{0};
  for (const auto* id : {"a", "b", "c"})
    REQUIRE(here.store.call(here.client, set(id, "data")));
  here.count = {.failing_read = 2, .ids_at_once = 1};
  REQUIRE_FALSE(here.store.submit(here.client, {mdestroy({"a", "b", "c"})}));
  auto other = here.store.join();
  REQUIRE_FALSE(here.store.submit(other, {get("a")}));
  const auto answers = here.store.run();
  CHECK(here.store.groups == 1);
  CHECK(answers.at({here.client.id, here.client.seq}).error().code == errc::io_error);
  const auto& read = answers.at({other.id, other.seq});
  REQUIRE(read);
  CHECK(read->content.data == "data");
  here.count = {};
  CHECK(here.store.call(here.client, get("a"))->content.data == "data");
  CHECK(here.store.call(here.client, mdestroy({"a", "b", "c", "a"}))->count == 3);
}

TEST_CASE("what is over does not count for the size of an answer") {
  full_store here{0};
  for (int number = 0; number < 20; ++number) {
    here.ids.push_back(std::to_string(number));
    REQUIRE(here.store.call(here.client, set(here.ids.back(), std::string(1024 * 1024, 'x'), 1s)));
  }
  here.ids.emplace_back("alive");
  REQUIRE(here.store.call(here.client, set("alive", "data")));
  here.store.now += 1s;
  here.count.ids_at_once = 1;
  const auto answer = here.store.call(here.client, mget(here.ids));
  REQUIRE(answer);
  REQUIRE(answer->several.back());
  CHECK(answer->several.back()->data == "data");
}

TEST_CASE("a sweep reads what has expired and nothing else") {
  for (const std::size_t sessions : {1'000, 10'000}) {
    full_store here{sessions, std::chrono::hours{1}};
    for (int number = 0; number < 10; ++number)
      here.store.call(here.client, set("short" + std::to_string(number), "data", 1s));
    here.store.now += 2s;
    here.count = {};
    here.store.core().tick(here.store.steady);
    here.store.run();
    CHECK(here.count.due_rows == 10);
    CHECK(here.count.ids == 10);
    CHECK(here.store.core().figures().sessions == sessions);
  }
}

TEST_CASE("a group of sets costs one row each, and one each for its client and the counters") {
  full_store here{1'000};
  std::vector<numbered_operation> operations;
  for (std::size_t number = 0; number < 64; ++number)
    operations.push_back(set(here.ids[number], "more"));
  REQUIRE_FALSE(here.store.submit(here.client, operations));
  here.store.run();
  CHECK(here.count.reads == 1);
  CHECK(here.count.ids == 64);
  CHECK(here.count.commits == 1);
  CHECK(here.count.rows == 64 + 1 + 1);
}

TEST_CASE("a touch and a destroy cost as many rows as a set; a get and a touch of nothing change nothing") {
  full_store here{10};
  here.store.call(here.client, touch("session1", 1min));
  CHECK(here.count.rows == 1 + 1); // no counter changes
  here.count = {};
  here.store.call(here.client, destroy("session1"));
  CHECK(here.count.rows == 1 + 1 + 1);
  here.count = {};
  here.store.call(here.client, get("session2"));
  CHECK(here.count.commits == 0);
  here.store.call(here.client, touch("nobody", 1min));
  CHECK(here.count.rows == 1); // the answer, for a resend
}

TEST_CASE("an operation costs few bytes on the wire beside its id and its data") {
  const std::string id(16, 'i');
  const std::string data(256, 'd');
  const auto bytes_of = [&](numbered_operation what) {
    wire::batch_writer batch{{}};
    const auto head = batch.bytes();
    what.seq = 1'000'000;
    add(batch, what);
    return batch.bytes() - head;
  };
  CHECK(bytes_of(get(id)) <= id.size() + 9);
  CHECK(bytes_of(destroy(id)) <= id.size() + 9);
  CHECK(bytes_of(touch(id, 30min)) <= id.size() + 14);
  CHECK(bytes_of(set(id, data, 30min)) <= id.size() + data.size() + 16);
  std::string found;
  wire::append_reply(1'000'000, 1, found, [&](auto& to) {
    operations::write(to, std::optional{session_view{data, 1'000'000, 30min}});
  });
  CHECK(found.size() <= data.size() + 20);
  std::string done;
  wire::append_reply(1'000'000, 2, done, [](auto& to) { operations::write(to, version_number{1'000'000}); });
  CHECK(done.size() <= 12);
}
