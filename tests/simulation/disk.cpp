#include <cluster_store/tests/simulation/disk.hpp>

#include <algorithm>
#include <cassert>

namespace cluster_store::simulation {

std::uint64_t disk::apply(const backends::commit& changes) {
  ++applied_;
  if (changes.clear)
    while (!sessions_.empty())
      put(sessions_.begin()->first, std::nullopt);
  for (const auto& each : changes.writes)
    apply(each);
  for (const auto& each : changes.swept)
    if (const auto* found = find(each.id); found == nullptr || found->fields.expires_at != each.due_at)
      expiries_.erase({each.due_at, each.id});
  for (const auto& each : changes.client_erases)
    erase_client(each);
  for (const auto& each : changes.client_rows)
    put_client(each, true);
  for (const auto& each : changes.system_rows)
    put_system(each);
  return applied_;
}

void disk::apply(const backends::write& change) {
  if (change.what == backends::write::kind::erase)
    return put(std::string{change.id}, std::nullopt);
  row made{change.content, std::string{change.content.data}};
  made.fields.data = made.fields.user = made.fields.extensions = {};
  put(std::string{change.id}, std::move(made));
}

void disk::put(std::string id, std::optional<row> content) {
  const auto at = sessions_.find(id);
  former was{.commit = applied_, .session = id, .content = {}, .client = {}, .system = {}};
  if (at != sessions_.end())
    was.content = std::move(at->second);
  if (content && content->fields.expires_at)
    expiries_.emplace(*content->fields.expires_at, id);
  if (content)
    sessions_.insert_or_assign(std::move(id), *std::move(content));
  else if (at != sessions_.end())
    sessions_.erase(at);
  if (!undoing_)
    undo_.push_back(std::move(was));
}

void disk::put_client(backends::client_row what, bool present) {
  auto& rows = clients_[what.client];
  const auto at = rows.find(what.number);
  former was{.commit = applied_, .session = {}, .content = {}, .client = what, .system = {}};
  was.client_was = at != rows.end();
  if (was.client_was)
    was.client->value = at->second;
  if (present)
    rows.insert_or_assign(what.number, std::move(what.value));
  else if (was.client_was)
    rows.erase(at);
  if (rows.empty())
    clients_.erase(what.client);
  if (!undoing_)
    undo_.push_back(std::move(was));
}

void disk::erase_client(const backends::client_erase& what) {
  const auto found = clients_.find(what.client);
  if (found == clients_.end())
    return;
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, value] : found->second)
    if (number <= what.up_to)
      numbers.push_back(number);
  for (const auto number : numbers)
    put_client({what.client, number, {}}, false);
}

void disk::put_system(backends::system_row what) {
  const auto at = system_.find(what.key);
  former was{.commit = applied_, .session = {}, .content = {}, .client = {}, .system = {}};
  was.system = backends::system_row{what.key, {}};
  if (at != system_.end())
    was.system->value = at->second;
  if (what.value)
    system_.insert_or_assign(std::move(what.key), *std::move(what.value));
  else if (at != system_.end())
    system_.erase(at);
  if (!undoing_)
    undo_.push_back(std::move(was));
}

void disk::sync(std::uint64_t number) {
  synced_ = std::max(synced_, number);
  const auto end = std::ranges::find_if(undo_, [&](const former& each) { return each.commit > synced_; });
  undo_.erase(undo_.begin(), end);
}

void disk::lose_after(std::uint64_t last) {
  assert(last >= synced_ && last <= applied_);
  undoing_ = true;
  while (!undo_.empty() && undo_.back().commit > last) {
    auto was = std::move(undo_.back());
    undo_.pop_back();
    if (was.session)
      put(*std::move(was.session), std::move(was.content));
    else if (was.client)
      put_client(*std::move(was.client), was.client_was);
    else
      put_system(*std::move(was.system));
  }
  undoing_ = false;
  applied_ = last;
  sync(last);
}

void disk::remove(const std::function<bool(const std::string& key)>& keep) {
  sessions_.clear();
  expiries_.clear();
  clients_.clear();
  std::erase_if(system_, [&](const auto& each) { return !keep(each.first); });
  undo_.clear();
  synced_ = applied_;
}

const disk::row* disk::find(std::string_view id) const {
  const auto at = sessions_.find(id);
  return at == sessions_.end() ? nullptr : &at->second;
}

std::vector<backends::expiry_row> disk::due(wall_time now, std::size_t rows_max) const {
  std::vector<backends::expiry_row> out;
  for (const auto& [at, id] : expiries_) {
    if (at > now || out.size() == rows_max)
      break;
    out.push_back({at, id});
  }
  return out;
}

std::vector<backends::client_row> disk::client_rows() const {
  std::vector<backends::client_row> out;
  for (const auto& [client, rows] : clients_)
    for (const auto& [number, value] : rows)
      out.push_back({client, number, value});
  return out;
}

std::vector<backends::system_row> disk::system_rows(std::string_view first, std::string_view last,
                                                    std::size_t rows_max) const {
  std::vector<backends::system_row> out;
  for (auto at = system_.lower_bound(first); at != system_.end() && out.size() < rows_max; ++at) {
    if (!last.empty() && at->first >= last)
      break;
    out.push_back({at->first, at->second});
  }
  return out;
}

} // namespace cluster_store::simulation
