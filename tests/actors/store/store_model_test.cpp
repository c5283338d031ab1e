#include <random>
#include <set>

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

  friend auto operator<=>(const model&, const model&) = default;

private:
  struct entry {
    std::string data;
    version_number version;
    std::optional<time_to_live> ttl;
    wall_time since;

    friend auto operator<=>(const entry&, const entry&) = default;

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

/// Searches for the orders of what several clients asked, each in its own, that explain the answers.
class explanation {
public:
  using operations_of_clients = std::vector<std::vector<numbered_operation>>;

  explanation(const operations_of_clients& asked, const std::vector<backends::client_id>& who,
              const store_fixture::answers& answered, wall_time now)
      : asked_(&asked), who_(&who), answered_(&answered), now_(now) {}

  /// @returns the states behind such orders: a touch by one and a set by another leave two.
  std::set<model> from(const std::set<model>& states) {
    for (const auto& state : states)
      search(state, std::vector<std::size_t>(asked_->size()));
    return std::move(found_);
  }

private:
  void search(const model& state, std::vector<std::size_t> done) {
    if (!tried_.emplace(done, state).second)
      return;
    bool all = true;
    for (std::size_t i = 0; i < asked_->size(); ++i) {
      if (done[i] == (*asked_)[i].size())
        continue;
      all = false;
      const auto& next = (*asked_)[i][done[i]];
      auto behind = state;
      if (!same(behind.apply(next, now_), answered_->at({(*who_)[i], next.seq})))
        continue;
      ++done[i];
      search(behind, done);
      --done[i];
    }
    if (all)
      found_.insert(state);
  }

  const operations_of_clients* asked_;
  const std::vector<backends::client_id>* who_;
  const store_fixture::answers* answered_;
  wall_time now_;
  std::set<std::pair<std::vector<std::size_t>, model>> tried_;
  std::set<model> found_;
};

} // namespace

TEST_CASE(
    "random batches of many clients answer as the model does in one order, through restarts and resends") {
  const auto seed = GENERATE(take(20, random(1, 1'000'000'000)));
  INFO("seed " << seed);
  random_operations random{static_cast<std::uint64_t>(seed)};
  auto how = store_fixture::without_windows();
  how.group_operations_max = 1 + random.below(20);
  how.fetch_sessions_max = 1 + random.below(8);
  store_fixture store{how};
  std::set<model> expected{model{}};
  std::vector<test_client> clients{store.join(), store.join(), store.join()};
  std::vector<backends::client_id> who;
  for (const auto& client : clients)
    who.push_back(client.id);
  std::uint64_t last_version = 0;
  for (int round = 0; round < 200; ++round) {
    INFO("round " << round);
    std::vector<std::vector<numbered_operation>> sent(clients.size());
    for (std::size_t i = 0; i < clients.size(); ++i) {
      auto& client = clients[i];
      client.floor = client.seq + 1;
      for (auto left = random.below(12); left > 0; --left)
        sent[i].push_back(again(random.next(last_version), ++client.seq));
      REQUIRE_FALSE(store.submit(client, sent[i]));
    }
    const auto answered = store.run();
    REQUIRE(answered.size() == sent[0].size() + sent[1].size() + sent[2].size());
    expected = explanation{sent, who, answered, store.now}.from(expected);
    REQUIRE_FALSE(expected.empty());
    for (const auto& [key, outcome] : answered)
      if (outcome)
        last_version = std::max(last_version, outcome->count);
    if (random.below(10) == 0) {
      store.restart();
      for (std::size_t i = 0; i < clients.size(); ++i) {
        store.greet(clients[i]);
        std::erase_if(sent[i], [](const auto& each) { return !each.is().changes; });
        REQUIRE_FALSE(store.submit(clients[i], sent[i]));
      }
      for (const auto& [key, outcome] : store.run())
        REQUIRE(same(outcome, answered.at(key)));
    }
    store.now += std::chrono::milliseconds{random.below(5)};
    if (random.below(3) == 0)
      store.core().tick(store.steady);
  }
}
