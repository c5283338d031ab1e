#include <cluster_store/tests/backends/contract/model.hpp>

#include <algorithm>

namespace cluster_store::tests {

using backends::backend;
using backends::write;
using backends::write_outcome;

outcomes model::apply(const backends::commit& changes) {
  if (changes.clear)
    sessions_.clear();
  outcomes made;
  for (const auto& change : changes.writes)
    made.emplace_back(apply(change));
  for (const auto& row : changes.client_erases)
    clients_.erase(clients_.lower_bound({row.client, 0}), clients_.upper_bound({row.client, row.up_to}));
  for (const auto& row : changes.client_rows)
    clients_[{row.client, row.number}] = row.value;
  for (const auto& row : changes.system_rows)
    if (row.value)
      system_[row.key] = *row.value;
    else
      system_.erase(row.key);
  return made;
}

write_outcome model::apply(const write& change) {
  using kind = backends::precondition::kind;
  const auto found = sessions_.find(std::string{change.id});
  const bool is_there = found != sessions_.end();
  if (change.when.what == kind::absent && is_there)
    return write_outcome::precondition_failed;
  if (change.when.what == kind::version && (!is_there || found->second.fields.version != change.when.version))
    return write_outcome::precondition_failed;
  if (change.what == write::kind::erase)
    sessions_.erase(std::string{change.id});
  else
    sessions_.insert_or_assign(std::string{change.id}, stored{change.content});
  return write_outcome::applied;
}

void model::compare(backend& other) const {
  REQUIRE(value_of(other.length()) == sessions_.size());
  compare_sessions(other);
  compare_due(other);
  const auto client_rows = value_of(other.client_rows());
  REQUIRE(client_rows.size() == clients_.size());
  auto expected = clients_.begin();
  for (const auto& row : client_rows) {
    REQUIRE(std::pair{row.client, row.number} == expected->first);
    REQUIRE(row.value == (expected++)->second);
  }
  const auto system_rows = value_of(other.system_rows({}, {}, 1'000'000));
  REQUIRE(system_rows.size() == system_.size());
  auto expected_row = system_.begin();
  for (const auto& row : system_rows) {
    REQUIRE(row.key == expected_row->first);
    REQUIRE(row.value == (expected_row++)->second);
  }
}

void model::compare_sessions(backend& other) const {
  auto ids = all_ids(other, {}, 17);
  std::sort(ids.begin(), ids.end());
  REQUIRE(ids.size() == sessions_.size());
  std::vector<std::string_view> asked{ids.begin(), ids.end()};
  backends::reads got;
  value_of(other.get(asked, got));
  auto expected = sessions_.begin();
  for (std::size_t i = 0; i < ids.size(); ++i, ++expected) {
    REQUIRE(ids[i] == expected->first);
    const auto found = value_of(got.rows[i]);
    REQUIRE(found.has_value());
    REQUIRE(stored{*found} == expected->second);
  }
}

void model::compare_due(backend& other) const {
  const auto rows = value_of(other.due(wall_time::max(), 1'000'000));
  REQUIRE(std::is_sorted(rows.begin(), rows.end(),
                         [](const auto& left, const auto& right) { return left.due_at < right.due_at; }));
  const std::set<backends::expiry_row> all{rows.begin(), rows.end()};
  for (const auto& [id, session] : sessions_)
    if (session.fields.expires_at)
      REQUIRE(all.contains({*session.fields.expires_at, id}));
}

} // namespace cluster_store::tests
