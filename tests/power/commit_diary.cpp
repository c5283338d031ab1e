#include <cluster_store/tests/power/commit_diary.hpp>

#include <algorithm>
#include <functional>

#include <cluster_store/backends/memory/memory.hpp>
#include <cluster_store/tests/backends/engines.hpp>

namespace cluster_store::tests {
namespace {

constexpr std::size_t rows_max = 10'000;

std::int64_t number_of(std::optional<wall_time> when) {
  return when ? when->time_since_epoch().count() : -1;
}

std::string line_of(std::string_view id, const backends::record& what) {
  std::string line{id};
  for (const auto number : {static_cast<std::int64_t>(what.version), static_cast<std::int64_t>(what.born),
                            number_of(what.created_at), number_of(what.expires_at),
                            what.ttl ? std::int64_t{what.ttl->count()} : -1})
    line.append(1, ' ').append(std::to_string(number));
  return line.append(1, ' ').append(what.data).append(1, '\n');
}

/// Calls `see` with each session.
template <class See>
void each_session(backends::backend& engine, See see) {
  backends::scan_request request;
  std::string cursor;
  do {
    request.cursor = cursor;
    auto page = value_of(engine.scan(request));
    for (const auto& row : page.rows) {
      if (!row.content)
        FAIL("session " << row.id << ": " << row.content.error().message);
      see(row.id, *row.content);
    }
    cursor = page.cursor;
  } while (!cursor.empty());
}

std::string text_of(const backends::client_id& who) {
  return {reinterpret_cast<const char*>(who.bytes.data()), who.bytes.size()};
}

} // namespace

std::string picture_of(backends::backend& engine) {
  std::vector<std::string> sessions;
  auto due = value_of(engine.due(wall_time::max(), rows_max));
  std::ranges::sort(due);
  each_session(engine, [&](const std::string& id, const backends::record& what) {
    sessions.push_back(line_of(id, what));
    if (what.expires_at && !std::ranges::binary_search(due, backends::expiry_row{*what.expires_at, id}))
      FAIL("the expiry of session " << id << " is not in the index");
  });
  if (const auto length = value_of(engine.length()); length != sessions.size())
    FAIL("the engine counts " << length << " sessions and has " << sessions.size());
  std::ranges::sort(sessions);
  std::string text;
  for (const auto& each : sessions)
    text += each;
  for (const auto& row : value_of(engine.client_rows()))
    text += text_of(row.client) + std::to_string(row.number) + ' ' + row.value + '\n';
  for (const auto& row : value_of(engine.system_rows({}, {}, rows_max)))
    text += row.key + ' ' + row.value.value_or("") + '\n';
  return text;
}

void commit_diary::begin(backends::backend& engine) {
  mirror_ = backends::make_memory();
  each_session(engine, [this](const std::string& id, const backends::record& what) {
    apply(*mirror_, {put(id, what)});
  });
  backends::commit rows;
  rows.client_rows = value_of(engine.client_rows());
  rows.system_rows = value_of(engine.system_rows({}, {}, rows_max));
  apply(*mirror_, rows);
  states_ = {std::hash<std::string>{}(picture_of(engine))};
  acknowledged_ = synced_ = 0;
}

void commit_diary::add(const backends::commit& changes) {
  apply(*mirror_, changes);
  states_.push_back(std::hash<std::string>{}(picture_of(*mirror_)));
}

std::optional<std::size_t> commit_diary::find(const std::string& picture) const {
  const auto wanted = std::hash<std::string>{}(picture);
  const auto at = std::find(states_.rbegin(), states_.rend(), wanted);
  if (at == states_.rend())
    return std::nullopt;
  return static_cast<std::size_t>(states_.rend() - at) - 1;
}

} // namespace cluster_store::tests
