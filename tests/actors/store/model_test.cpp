#include <random>

#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

/// What a store should hold: the semantics of DESIGN without groups, engines or clients.
class model {
public:
  result<wire::answer> apply(const wire::operation& what, wall_time now) {
    std::erase_if(sessions_, [now](const auto& each) { return each.second.dead(now); });
    wire::answer out;
    out.what = what.what;
    const std::string id{what.id};
    const auto at = sessions_.find(id);
    out.found = at != sessions_.end();
    switch (what.what) {
    case wire::op::get:
      if (out.found)
        out.content = {at->second.data, at->second.version, at->second.left(now)};
      return out;
    case wire::op::set:
      out.found = false;
      if (what.when.what == wire::condition::kind::if_version
          && (at == sessions_.end() ? 0 : at->second.version) != what.when.version)
        return fail(errc::conflict, {});
      out.content.version = ++version_;
      put(id, {std::string{what.data}, version_, what.ttl, now}, now);
      return out;
    case wire::op::touch:
      if (out.found) {
        auto touched = at->second;
        touched.ttl = what.ttl ? what.ttl : touched.ttl;
        touched.since = now;
        put(id, touched, now);
      }
      return out;
    case wire::op::destroy:
      sessions_.erase(id);
      return out;
    case wire::op::clear:
      out.found = false;
      out.count = sessions_.size();
      sessions_.clear();
      return out;
    default:
      out.found = false;
      out.count = sessions_.size();
      return out;
    }
  }

private:
  struct entry {
    std::string data;
    version_number version;
    std::optional<time_to_live> ttl;
    wall_time since;

    bool dead(wall_time now) const { return ttl && since + *ttl <= now; }
    std::optional<time_to_live> left(wall_time now) const {
      return ttl ? std::optional{since + *ttl - now} : std::nullopt;
    }
  };

  void put(const std::string& id, const entry& what, wall_time now) {
    sessions_.erase(id);
    if (!what.dead(now))
      sessions_.emplace(id, what);
  }

  std::map<std::string, entry> sessions_;
  version_number version_ = 0;
};

class random_operations {
public:
  explicit random_operations(std::uint64_t seed) : generator_(seed) {}

  std::uint64_t below(std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>{0, bound - 1}(generator_);
  }

  wire::operation next(std::uint64_t last_version) {
    const auto& id = ids_[below(ids_.size())];
    const auto ttl =
        below(2) == 0 ? std::optional<time_to_live>{} : time_to_live{static_cast<int>(below(20)) - 1};
    switch (below(24)) {
    case 0:
      return whole(wire::op::length);
    case 1:
      return below(10) == 0 ? whole(wire::op::clear) : get(id);
    case 2:
    case 3:
      return destroy(id);
    case 4:
    case 5:
      return touch(id, ttl);
    case 6:
    case 7:
      return set(id, data_[below(data_.size())], ttl,
                 {wire::condition::kind::if_version, last_version == 0 ? 0 : below(last_version + 1)});
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
      return set(id, data_[below(data_.size())], ttl);
    default:
      return get(id);
    }
  }

private:
  std::mt19937_64 generator_;
  std::vector<std::string> ids_{"a", "b", "c", "d", "a longer id that is not short any more"};
  std::vector<std::string> data_{"", "x", "some data", std::string(300, 'y')};
};

bool same(const result<wire::answer>& left, const result<wire::answer>& right) {
  return left && right ? *left == *right : !left && !right && left.error().code == right.error().code;
}

} // namespace

TEST_CASE("random batches of many clients answer as the model does, through restarts and resends") {
  const auto seed = GENERATE(take(20, random(1, 1'000'000'000)));
  INFO("seed " << seed);
  random_operations random{static_cast<std::uint64_t>(seed)};
  actors::store_core_options how;
  how.group_operations_max = 1 + random.below(20);
  how.fetch_operations_max = 1 + random.below(8);
  store_fixture store{how};
  model expected;
  std::vector<test_client> clients{store.join(), store.join(), store.join()};
  std::uint64_t last_version = 0;
  for (int round = 0; round < 200; ++round) {
    store_fixture::answers wanted;
    std::vector<std::vector<wire::operation>> sent(clients.size());
    for (std::size_t i = 0; i < clients.size(); ++i) {
      auto& client = clients[i];
      client.floor = client.seq + 1;
      for (auto left = random.below(12); left > 0; --left)
        sent[i].push_back(again(random.next(last_version), ++client.seq));
      REQUIRE_FALSE(store.submit(client, sent[i]));
      for (const auto& each : sent[i])
        wanted.emplace(std::pair{client.id, each.seq}, expected.apply(each, store.now));
    }
    const auto answered = store.run();
    REQUIRE(answered.size() == wanted.size());
    for (const auto& [key, outcome] : wanted) {
      INFO("round " << round << " seq " << key.second << " op " << int(outcome ? int(outcome->what) : -1));
      REQUIRE(same(answered.at(key), outcome));
      if (outcome)
        last_version = std::max(last_version, outcome->content.version);
    }
    if (random.below(10) == 0) {
      store.restart();
      for (std::size_t i = 0; i < clients.size(); ++i) {
        store.greet(clients[i]);
        std::erase_if(sent[i], [](const auto& each) { return !wire::is_mutation(each.what); });
        REQUIRE_FALSE(store.submit(clients[i], sent[i]));
      }
      for (const auto& [key, outcome] : store.run())
        REQUIRE(same(outcome, wanted.at(key)));
    }
    store.now += std::chrono::milliseconds{random.below(5)};
    if (random.below(3) == 0)
      store.core().tick(store.steady);
  }
}
