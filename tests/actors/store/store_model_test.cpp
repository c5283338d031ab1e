#include <random>

#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

/// What a store should hold: the semantics of DESIGN without groups, engines or clients.
class model {
public:
  /// @returns what the operation answers; an error if a condition does not hold.
  result<test_answer> apply(const numbered_operation& what, wall_time now) {
    std::erase_if(sessions_, [now](const auto& each) { return each.second.dead(now); });
    test_answer out;
    out.tag = what.is().tag;
    const auto done =
        std::visit([&](const auto& operation) { return perform(operation, now, out); }, what.what);
    return done ? result<test_answer>{std::move(out)} : fail(errc::conflict, {});
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

  using text = std::string;

  bool perform(const operations::get_of<text>& what, wall_time now, test_answer& out) {
    const auto at = sessions_.find(what.id);
    out.found = at != sessions_.end();
    if (out.found)
      out.content = {at->second.data, at->second.version, at->second.left(now)};
    return true;
  }

  bool perform(const operations::set_of<text>& what, wall_time now, test_answer& out) {
    const auto at = sessions_.find(what.id);
    if (what.how.if_version && (at == sessions_.end() ? 0 : at->second.version) != *what.how.if_version)
      return false;
    assign(out, version_number{++version_});
    put(what.id, {what.data, version_, what.how.ttl, now}, now);
    return true;
  }

  bool perform(const operations::touch_of<text>& what, wall_time now, test_answer& out) {
    const auto at = sessions_.find(what.id);
    out.found = at != sessions_.end();
    if (!out.found)
      return true;
    auto touched = at->second;
    touched.ttl = what.ttl ? what.ttl : touched.ttl;
    touched.since = now;
    put(what.id, touched, now);
    return true;
  }

  bool perform(const operations::destroy_of<text>& what, wall_time, test_answer& out) {
    out.found = sessions_.erase(what.id) != 0;
    return true;
  }

  bool perform(const operations::mget_of<text>& what, wall_time now, test_answer& out) {
    for (const auto& id : what.ids) {
      test_answer one;
      perform(operations::get_of<text>{id}, now, one);
      out.several.push_back(one.found ? std::optional{one.content} : std::nullopt);
    }
    return true;
  }

  bool perform(const operations::mdestroy_of<text>& what, wall_time, test_answer& out) {
    std::uint64_t count = 0;
    for (const auto& id : what.ids)
      count += sessions_.erase(id);
    assign(out, count);
    return true;
  }

  bool perform(const operations::length_of<text>&, wall_time, test_answer& out) {
    assign(out, std::uint64_t{sessions_.size()});
    return true;
  }

  bool perform(const operations::clear_of<text>&, wall_time now, test_answer& out) {
    perform(operations::length_of<text>{}, now, out);
    sessions_.clear();
    return true;
  }

  /// Neither is among the random operations.
  bool perform(const operations::all_of<text>&, wall_time, test_answer&) { return false; }
  bool perform(const operations::regenerate_of<text>&, wall_time, test_answer&) { return false; }

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

  numbered_operation next(std::uint64_t last_version) {
    const auto& id = ids_[below(ids_.size())];
    const auto ttl =
        below(2) == 0 ? std::optional<time_to_live>{} : time_to_live{static_cast<int>(below(20)) - 1};
    switch (below(26)) {
    case 24:
      return mget({id, ids_[below(ids_.size())], "never there", id});
    case 25:
      return mdestroy({id, ids_[below(ids_.size())]});
    case 0:
      return length();
    case 1:
      return below(10) == 0 ? clear() : get(id);
    case 2:
    case 3:
      return destroy(id);
    case 4:
    case 5:
      return touch(id, ttl);
    case 6:
    case 7:
      return set(id, data_[below(data_.size())], ttl,
                 {condition::kind::if_version, last_version == 0 ? 0 : below(last_version + 1)});
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

bool same(const result<test_answer>& left, const result<test_answer>& right) {
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
    std::vector<std::vector<numbered_operation>> sent(clients.size());
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
      INFO("round " << round << " seq " << key.second << " op " << int(outcome ? outcome->tag : 0));
      REQUIRE(same(answered.at(key), outcome));
      if (outcome)
        last_version = std::max(last_version, outcome->count);
    }
    if (random.below(10) == 0) {
      store.restart();
      for (std::size_t i = 0; i < clients.size(); ++i) {
        store.greet(clients[i]);
        std::erase_if(sent[i], [](const auto& each) { return !each.is().changes; });
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
