#include <future>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/backends/memory/memory.hpp>
#include <cluster_store/tests/actors/handle/thrown_things.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

using backends::backend;
using opened = result<std::unique_ptr<backend>>;

/// What befalls a call of an engine's function, by its name; shared by all engines of one store.
struct mischief {
  std::string where;
  std::function<void()> thrower; ///< Empty: it gives too much, or too little, instead.
  std::atomic<bool> armed{false};
  std::atomic<int> struck{0};
};

class odd_engine final : public backend {
public:
  odd_engine(std::unique_ptr<backend> inner, std::shared_ptr<mischief> what)
      : inner_(std::move(inner)), what_(std::move(what)) {}

  const backends::traits& traits() const noexcept override { return inner_->traits(); }

  result<void> get(std::span<const std::string_view> ids, backends::reads& out) override {
    auto done = inner_->get(ids, out);
    if (strikes("get"))
      out.rows.clear();
    return done;
  }

  result<std::vector<result<backends::write_outcome>>> apply(const backends::commit& changes) override {
    auto done = inner_->apply(changes);
    if (strikes("apply"))
      done->emplace_back(backends::write_outcome::applied);
    return done;
  }

  result<backends::page> scan(const backends::scan_request& request) override {
    auto done = inner_->scan(request);
    if (strikes("scan"))
      for (std::size_t i = 0; i <= request.rows_max; ++i)
        done->rows.push_back({"a", backends::record{}});
    return done;
  }

  result<std::vector<backends::expiry_row>> due(wall_time now, std::size_t rows_max) override {
    auto done = inner_->due(now, rows_max);
    if (strikes("due"))
      done->resize(rows_max + 1);
    return done;
  }

  result<std::uint64_t> length() override { return strikes("length") ? UINT64_MAX : inner_->length(); }

  result<std::vector<backends::client_row>> client_rows() override {
    auto done = inner_->client_rows();
    if (strikes("client_rows"))
      done->push_back({{}, 7, "nonsense"});
    return done;
  }

  result<std::vector<backends::system_row>> system_rows(std::string_view first, std::string_view last,
                                                        std::size_t rows_max) override {
    auto done = inner_->system_rows(first, last, rows_max);
    if (strikes("system_rows"))
      done->resize(rows_max + 1);
    return done;
  }

  result<void> sync() override {
    strikes("sync");
    return inner_->sync();
  }

  bool broken() const noexcept override { return inner_->broken(); }

private:
  bool strikes(std::string_view where) const {
    if (!what_->armed || what_->where != where)
      return false;
    ++what_->struck;
    if (what_->thrower)
      what_->thrower();
    return true;
  }

  std::unique_ptr<backend> inner_;
  std::shared_ptr<mischief> what_;
};

/// Opens a store by a factory of the program's own, and does not wait for ever.
std::optional<result<client>> open_by(backends::factory factory) {
  options how;
  how.store.open = std::move(factory);
  auto outcome = std::async(std::launch::async, [how] { return cluster_store::open(how); });
  if (outcome.wait_for(10s) != std::future_status::ready)
    std::quick_exit(1); // nothing ends what hangs in `open`
  return outcome.get();
}

/// Strikes while the store is used, then leaves it alone. @returns whether it struck, and all is well again.
bool recovers_from(const std::shared_ptr<mischief>& what) {
  options how;
  how.calls.timeout = slowness * 1s;
  how.store.open = [what](const backends::uri&) -> opened {
    return std::make_unique<odd_engine>(backends::make_memory(), what);
  };
  auto store = cluster_store::open(how).value();
  std::ignore = store.set("a", "x", {.ttl = 1ms});
  what->armed = true;
  std::ignore = store.get("a");
  std::ignore = store.set("b", "x");
  std::ignore = store.all();
  std::ignore = store.length();
  what->armed = false;
  const auto works = [&] { return store.set("c", "x").has_value() && store.get("c").has_value(); };
  return what->struck > 0 && wait_until(works, within(20s)) && store.all().has_value()
         && store.length().has_value();
}

/// Stores side by side, each with its own mischief in its engine.
void check_recovery(const std::vector<std::function<void()>>& kinds) {
  std::vector<std::future<bool>> outcomes;
  for (const auto* where : {"get", "apply", "scan", "due"})
    for (const auto& kind : kinds) {
      const auto what = std::make_shared<mischief>();
      what->where = where;
      what->thrower = kind;
      outcomes.push_back(std::async(std::launch::async, recovers_from, what));
    }
  for (auto& each : outcomes)
    CHECK(each.get());
}

} // namespace

TEST_CASE("a factory that throws anything fails to open the store, at once") {
  for (const auto& thrower : throwers) {
    const auto store = open_by([&](const backends::uri&) -> opened {
      thrower();
      return fail(errc::unsupported, "never reached");
    });
    REQUIRE_FALSE(store->has_value());
    CHECK(store->error().code == errc::io_error);
  }
}

TEST_CASE("a factory that returns a null pointer fails to open the store") {
  const auto store = open_by([](const backends::uri&) -> opened { return nullptr; });
  REQUIRE_FALSE(store->has_value());
  CHECK(store->error().code == errc::io_error);
}

TEST_CASE("an engine that throws anything, in any of its functions, costs the store a restart at most") {
  check_recovery({throwers.begin(), throwers.end()});
}

TEST_CASE("an engine whose answers have the wrong size costs the store a restart at most") {
  check_recovery({{}});
}

TEST_CASE("an engine that cannot be loaded because it throws or talks nonsense fails to open the store") {
  std::vector<std::function<void()>> kinds{throwers.begin(), throwers.end()};
  kinds.emplace_back(); // nonsense
  for (const auto* where : {"client_rows", "system_rows"})
    for (const auto& kind : kinds) {
      const auto what = std::make_shared<mischief>();
      what->where = where;
      what->thrower = kind;
      what->armed = true;
      CAPTURE(where);
      const auto store = open_by([&](const backends::uri&) -> opened {
        return std::make_unique<odd_engine>(backends::make_memory(), what);
      });
      CHECK_FALSE(store->has_value());
    }
}

TEST_CASE("a registry answers for its factories: what they throw, and a null pointer, are errors") {
  auto engines = backends::registry::with_builtin_engines();
  for (const auto& thrower : throwers) {
    engines.add("mine", [&](const backends::uri&) -> opened {
      thrower();
      return nullptr;
    });
    CHECK(engines.open("mine:").error().code == errc::io_error);
  }
  engines.add("mine", [](const backends::uri&) -> opened { return nullptr; });
  CHECK(engines.open("mine:").error().code == errc::io_error);
  engines.add("mine", nullptr);
  CHECK(engines.open("mine:").error().code == errc::io_error);
}
