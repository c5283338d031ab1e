#include <cluster_store/tests/backends/engines.hpp>

#include <span>

namespace cluster_store::tests {

using backends::backend;
using plain_record = backends::record;
using backends::write;

std::string any_engine() {
  return GENERATE(as<std::string>{}, "memory", "rocksdb", "faulty");
}

engine::engine(const std::string& name) {
  if (name == "memory")
    uri_ = "memory:";
  else if (name == "faulty")
    uri_ = "faulty:memory:?seed=1";
  else
    uri_ = name + ":" + (directory_ / "data") + "?sync=never&cache_bytes=1048576";
  reopen();
}

void engine::reopen() {
  backend_.reset();
  backend_ = value_of(backends::registry::with_builtin_engines().open(uri_));
}

stored::stored(const plain_record& from)
    : fields{from}, user{from.user}, data{from.data}, extensions{from.extensions} {
  fields.user = {};
  fields.data = {};
  fields.extensions = {};
}

plain_record stored::record() const {
  auto made = fields;
  made.user = user;
  made.data = data;
  made.extensions = extensions;
  return made;
}

wall_time at(std::int64_t milliseconds) {
  return wall_time{std::chrono::milliseconds{milliseconds}};
}

backends::expiry_row expiry(std::int64_t milliseconds, std::string id) {
  return {at(milliseconds), std::move(id)};
}

plain_record record_of(version_number version, std::string_view data, std::optional<wall_time> expires_at) {
  plain_record made;
  made.version = version;
  made.born = version;
  made.created_at = at(1'000'000);
  made.expires_at = expires_at;
  made.data = data;
  return made;
}

write put(std::string_view id, const plain_record& content, backends::precondition when) {
  return {write::kind::put, id, content, when};
}

write touch(std::string_view id, const plain_record& content) {
  return {write::kind::touch, id, content, {}};
}

write erase(std::string_view id, backends::precondition when) {
  return {write::kind::erase, id, {}, when};
}

backends::precondition absent() {
  return {backends::precondition::kind::absent, 0};
}

backends::precondition version_is(version_number version) {
  return {backends::precondition::kind::version, version};
}

backends::client_id client(std::uint8_t number) {
  backends::client_id made;
  made.bytes.back() = number;
  return made;
}

outcomes apply(backend& to, const backends::commit& changes) {
  return value_of(to.apply(changes));
}

outcomes apply(backend& to, std::vector<write> writes) {
  backends::commit changes;
  changes.writes = std::move(writes);
  return apply(to, changes);
}

std::optional<stored> read(backend& from, std::string_view id) {
  backends::reads got;
  value_of(from.get(std::span{&id, 1}, got));
  REQUIRE(got.rows.size() == 1);
  const auto found = value_of(got.rows.front());
  return found ? std::optional{stored{*found}} : std::nullopt;
}

std::optional<std::string> read_data(backend& from, std::string_view id) {
  const auto found = read(from, id);
  return found ? std::optional{found->data} : std::nullopt;
}

std::vector<std::string> all_ids(backend& from, std::string_view prefix, std::size_t rows_max) {
  std::vector<std::string> ids;
  std::string cursor;
  do {
    const auto page = value_of(from.scan({.cursor = cursor, .prefix = prefix, .rows_max = rows_max}));
    CHECK(page.rows.size() <= rows_max);
    for (const auto& row : page.rows)
      ids.push_back(row.id);
    cursor = page.cursor;
  } while (!cursor.empty());
  return ids;
}

} // namespace cluster_store::tests
