#include <cluster_store/tests/backends/contract/model.hpp>

#include <random>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

/// Makes commits; keeps the text their views point to.
class commit_maker {
public:
  explicit commit_maker(unsigned seed) : random_{seed} {}

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  const commit& next(const model& now) {
    texts_.clear();
    changes_ = {};
    changes_.clear = below(40) == 0;
    for (auto left = below(12); left > 0; --left)
      changes_.writes.push_back(next_write(now));
    for (auto left = below(3); left > 0; --left)
      changes_.client_erases.push_back({client(static_cast<std::uint8_t>(below(3))), below(30)});
    for (auto left = below(4); left > 0; --left)
      changes_.client_rows.push_back({client(static_cast<std::uint8_t>(below(3))), below(40), bytes(20)});
    for (auto left = below(3); left > 0; --left)
      changes_.system_rows.push_back({bytes(2), below(3) == 0 ? std::nullopt : std::optional{bytes(30)}});
    return changes_;
  }

private:
  std::string bytes(std::uint64_t most) {
    std::string made(below(most + 1), '\0');
    for (auto& each : made)
      each = static_cast<char>(below(256));
    return made;
  }

  std::string_view keep(std::string text) {
    return *texts_.insert(texts_.end(), std::make_unique<std::string>(std::move(text)))->get();
  }

  backends::write next_write(const model& now) {
    backends::write made;
    made.id = keep("id" + std::to_string(below(60)));
    const auto found = now.sessions().find(std::string{made.id});
    const bool is_there = found != now.sessions().end() && !changes_.clear;
    switch (below(4)) {
    case 0:
      made.when = absent();
      break;
    case 1:
      made.when = version_is(is_there && below(2) ? found->second.fields.version : below(50));
      break;
    default:
      break;
    }
    const auto choice = below(10);
    if (choice < 3)
      made.what = backends::write::kind::erase;
    else if (choice < 5 && is_there && !written(made.id))
      fill_touch(made, found->second);
    else
      fill_put(made);
    return made;
  }

  bool written(std::string_view id) const {
    for (const auto& earlier : changes_.writes)
      if (earlier.id == id)
        return true;
    return false;
  }

  std::optional<wall_time> any_expiry() {
    return below(3) == 0 ? std::nullopt : std::optional{at(static_cast<std::int64_t>(below(100)) - 50)};
  }

  void fill_touch(backends::write& change, const stored& session) {
    change.what = backends::write::kind::touch;
    change.content = session.record();
    change.content.expires_at = any_expiry();
    change.content.ttl = std::chrono::milliseconds{below(1'000)};
  }

  void fill_put(backends::write& change) {
    change.content = record_of(++version_, keep(bytes(300)), any_expiry());
    change.content.born = below(2) ? version_ : below(50);
    change.content.user = keep(bytes(5));
    change.content.extensions = keep(bytes(5));
    change.content.codec = static_cast<std::uint8_t>(below(3));
    if (below(2))
      change.content.ttl = std::chrono::milliseconds{below(100'000)};
    if (below(4) == 0)
      change.content.absolute_expires_at = at(static_cast<std::int64_t>(below(1'000'000)));
  }

  std::mt19937_64 random_;
  version_number version_ = 0;
  commit changes_;
  std::vector<std::unique_ptr<std::string>> texts_;
};

/// Makes due sessions go, as a store does.
commit sweep_of(backend& store, wall_time now, std::size_t rows_max, const model& expected) {
  commit made;
  made.swept = value_of(store.due(now, rows_max));
  for (const auto& row : made.swept)
    if (const auto found = expected.sessions().find(row.id);
        found != expected.sessions().end() && found->second.fields.expires_at == row.due_at)
      made.writes.push_back(erase(row.id));
  return made;
}

} // namespace

TEST_CASE("whatever is applied, an engine answers as the model") {
  const auto name = any_engine();
  const auto seed = GENERATE(take(6, random(1u, 1'000'000'000u)));
  CAPTURE(name, seed);
  engine store{name};
  model expected;
  commit_maker maker{seed};
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i)
    ids.push_back("id" + std::to_string(i));
  const std::vector<std::string_view> views{ids.begin(), ids.end()};
  for (int step = 0; step < 250; ++step) {
    CAPTURE(step);
    if (maker.below(3) == 0) { // some commits come after a read of what they change
      reads got;
      value_of(store->get(std::span{views}.subspan(maker.below(50)), got));
    }
    const auto changes =
        maker.below(8) == 0
            ? sweep_of(*store, at(static_cast<std::int64_t>(maker.below(100)) - 50), 10, expected)
            : maker.next(expected);
    const auto got = apply(*store, changes); // first: a touch carries views of the model
    REQUIRE((got == expected.apply(changes)));
    if (store.durable() && maker.below(60) == 0)
      store.reopen();
    if (step % 10 == 0)
      expected.compare(*store);
  }
  expected.compare(*store);
}
