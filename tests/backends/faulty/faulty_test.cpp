#include <cluster_store/backends/faulty/faulty.hpp>

#include <csignal>
#include <tuple>

#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/backends/memory/memory.hpp>
#include <cluster_store/tests/backends/engines.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

using kind = fault::kind;

std::unique_ptr<backend> faulty(std::vector<fault> faults, std::uint64_t seed = 1) {
  return value_of(make_faulty(make_memory(), {.seed = seed, .faults = std::move(faults)}));
}

fault at_call(call_kind where, kind what, std::uint64_t number) {
  return {.where = where, .what = what, .from = number, .to = number};
}

result<outcomes> try_put(backend& to, std::string_view id) {
  commit changes;
  changes.writes = {put(id, record_of(1, "data"))};
  return to.apply(changes);
}

errc code_of(const result<outcomes>& got) {
  REQUIRE_FALSE(got);
  return got.error().code;
}

/// One letter an apply: how 100 of them end, and which sessions are there afterwards.
std::string story(std::uint64_t seed) {
  const auto store = faulty({{.what = kind::unknown_applied, .to = 1'000, .probability = 0.2},
                             {.what = kind::io_error, .to = 1'000, .probability = 0.3},
                             {.what = kind::unknown_unapplied, .to = 1'000, .probability = 0.3}},
                            seed);
  std::string made;
  for (int i = 0; i < 100; ++i) {
    const auto id = "id" + std::to_string(i);
    const auto got = try_put(*store, id);
    made += got ? 'a' : got.error().code == errc::io_error ? 'i' : 'u';
    made += read(*store, id) ? '+' : '-';
  }
  return made;
}

} // namespace

TEST_CASE("the n-th call fails, and no other") {
  const auto store = faulty({at_call(call_kind::apply, kind::io_error, 3)});
  CHECK(try_put(*store, "1"));
  CHECK(try_put(*store, "2"));
  CHECK(code_of(try_put(*store, "3")) == errc::io_error);
  CHECK(try_put(*store, "4"));
  CHECK_FALSE(read(*store, "3"));
  CHECK(read(*store, "4"));
  CHECK_FALSE(store->broken());
}

TEST_CASE("an unknown outcome is applied or not, as planned") {
  const auto store = faulty({at_call(call_kind::apply, kind::unknown_applied, 1),
                             at_call(call_kind::apply, kind::unknown_unapplied, 2)});
  CHECK(code_of(try_put(*store, "applied")) == errc::outcome_unknown);
  CHECK(code_of(try_put(*store, "lost")) == errc::outcome_unknown);
  CHECK(read(*store, "applied"));
  CHECK_FALSE(read(*store, "lost"));
  CHECK_FALSE(store->broken());
}

TEST_CASE("a torn commit applies some writes, never all, and no rows") {
  const auto seed = GENERATE(range(1, 20));
  const auto store = faulty({at_call(call_kind::apply, kind::torn, 1)}, static_cast<std::uint64_t>(seed));
  CHECK(store->traits().atomic == traits::atomicity::session);
  commit changes;
  const std::array<std::string, 5> ids{"a", "b", "c", "d", "e"};
  for (const auto& id : ids)
    changes.writes.push_back(put(id, record_of(1, id)));
  changes.system_rows = {{"key", "value"}};
  CHECK(code_of(store->apply(changes)) == errc::outcome_unknown);
  const auto count = value_of(store->length());
  CHECK(count < ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    CHECK(read(*store, ids[i]).has_value() == (i < count));
  CHECK(value_of(store->system_rows({}, {}, 1)).empty());
}

TEST_CASE("a broken engine stays broken and changes nothing more") {
  const auto store = faulty({at_call(call_kind::apply, kind::broken, 2)});
  CHECK(try_put(*store, "1"));
  CHECK(code_of(try_put(*store, "2")) == errc::outcome_unknown);
  CHECK(store->broken());
  CHECK(code_of(try_put(*store, "3")) == errc::io_error);
  reads got;
  CHECK_FALSE(store->get({}, got));
  CHECK_FALSE(store->scan({}));
  CHECK_FALSE(store->due(at(0), 1));
  CHECK_FALSE(store->length());
  CHECK_FALSE(store->client_rows());
  CHECK_FALSE(store->system_rows({}, {}, 1));
  CHECK_FALSE(store->sync());
}

TEST_CASE("whether the call that breaks an engine was applied depends on the seed") {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto inner = make_memory();
    auto& memory = *inner;
    const auto store = value_of(make_faulty(
        std::move(inner), {.seed = seed, .faults = {at_call(call_kind::apply, kind::broken, 1)}}));
    CHECK(code_of(try_put(*store, "id")) == errc::outcome_unknown);
    found += read(memory, "id") ? 1 : 0;
  }
  CHECK(found > 5);
  CHECK(found < 35);
}

TEST_CASE("one of the stored rows is corrupt, and the others are as ever") {
  const auto store =
      faulty({at_call(call_kind::get, kind::corrupt, 1), at_call(call_kind::scan, kind::corrupt, 1)});
  apply(*store, {put("a", record_of(1, "a")), put("b", record_of(1, "b"))});
  const std::array<std::string_view, 3> ids{"a", "none", "b"};
  reads got;
  value_of(store->get(ids, got));
  CHECK(got.rows.at(1) == std::nullopt);
  CHECK(got.rows.at(0).has_value() != got.rows.at(2).has_value());
  const auto page = value_of(store->scan({}));
  CHECK(page.rows.at(0).content.has_value() != page.rows.at(1).content.has_value());
  value_of(store->get(ids, got));
  CHECK(value_of(got.rows.at(0))->data == "a");
  CHECK(value_of(got.rows.at(2))->data == "b");
}

TEST_CASE("a slow call tells its hook and then goes on") {
  std::vector<call_kind> slow;
  fault_plan plan;
  plan.faults = {at_call(call_kind::apply, kind::slow, 2), at_call(call_kind::apply, kind::io_error, 2),
                 at_call(call_kind::sync, kind::slow, 1)};
  plan.slow_hook = [&](call_kind where) { slow.push_back(where); };
  const auto store = value_of(make_faulty(make_memory(), plan));
  CHECK(store->traits().may_block);
  CHECK(try_put(*store, "1"));
  CHECK(slow.empty());
  CHECK(code_of(try_put(*store, "2")) == errc::io_error);
  value_of(store->sync());
  CHECK(slow == std::vector{call_kind::apply, call_kind::sync});
}

TEST_CASE("a slow call without a hook waits as long as planned") {
  fault_plan plan;
  plan.faults = {at_call(call_kind::length, kind::slow, 1)};
  plan.slow_for = std::chrono::milliseconds{20};
  const auto store = value_of(make_faulty(make_memory(), plan));
  const auto start = std::chrono::steady_clock::now();
  value_of(store->length());
  CHECK(std::chrono::steady_clock::now() - start >= plan.slow_for);
}

TEST_CASE("a store that forgets leaves the client rows out, and other faults strike all the same") {
  const auto store = faulty({at_call(call_kind::apply, kind::io_error, 2),
                             {.where = call_kind::apply, .what = kind::forget, .from = 2, .to = 3}});
  commit changes;
  for (std::uint64_t number = 1; number <= 4; ++number) {
    changes.writes = {put("id", record_of(number, "data"))};
    changes.client_rows = {{client(1), number, "result"}};
    CHECK(store->apply(changes).has_value() == (number != 2));
  }
  CHECK(read(*store, "id")->fields.version == 4);
  CHECK(value_of(store->client_rows())
        == std::vector<client_row>{{client(1), 1, "result"}, {client(1), 4, "result"}});
}

TEST_CASE("a process that is to kill itself is dead") {
  const auto what = GENERATE(kind::kill_before, kind::kill_after);
  const auto store = faulty({at_call(call_kind::get, what, 1)});
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string_view id = "id";
    reads got;
    std::ignore = store->get(std::span{&id, 1}, got);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGKILL);
}

TEST_CASE("every kind of call can fail") {
  std::vector<fault> faults;
  for (std::size_t i = 0; i < call_kinds; ++i)
    faults.push_back(at_call(static_cast<call_kind>(i), kind::io_error, 1));
  const auto store = faulty(std::move(faults));
  reads got;
  CHECK_FALSE(store->get({}, got));
  CHECK_FALSE(store->apply({}));
  CHECK_FALSE(store->scan({}));
  CHECK_FALSE(store->due(at(0), 1));
  CHECK_FALSE(store->length());
  CHECK_FALSE(store->client_rows());
  CHECK_FALSE(store->system_rows({}, {}, 1));
  CHECK_FALSE(store->sync());
  CHECK(store->get({}, got));
  CHECK(store->apply({}));
  CHECK(store->length());
}

TEST_CASE("the same seed tells the same story") {
  const auto seed = GENERATE(take(3, random(1u, 1'000'000'000u)));
  CAPTURE(seed);
  const auto told = story(seed);
  CHECK(told == story(seed));
  CHECK(told != story(seed + 1));
  CHECK(told.find("a+") != std::string::npos);
  CHECK(told.find("u+") != std::string::npos);
  CHECK(told.find("u-") != std::string::npos);
  CHECK(told.find("i-") != std::string::npos);
  CHECK(told.find("i+") == std::string::npos);
  CHECK(told.find("a-") == std::string::npos);
}

TEST_CASE("a plan that makes no sense is refused") {
  const auto refused = [](fault rule) {
    const auto got = make_faulty(make_memory(), {.faults = {rule}});
    return !got && got.error().code == errc::invalid_argument;
  };
  CHECK(refused(at_call(call_kind::get, kind::torn, 1)));
  CHECK(refused(at_call(call_kind::get, kind::forget, 1)));
  CHECK(refused(at_call(call_kind::apply, kind::corrupt, 1)));
  CHECK(refused(at_call(call_kind::apply, kind::io_error, 0)));
  CHECK(refused({.from = 5, .to = 4}));
  CHECK(refused({.probability = 1.5}));
  CHECK(refused({.probability = -0.5}));
}
