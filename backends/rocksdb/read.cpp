#include <cluster_store/backends/rocksdb/engine.hpp>

#include <algorithm>
#include <deque>

#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>

#include <cluster_store/backends/rocksdb/keys.hpp>
#include <cluster_store/backends/write_check.hpp>

namespace cluster_store::backends {
namespace {

using rocksdb::Slice;

constexpr char cursor_mark = 'r';

/// Sessions that are remembered between two commits. More than a commit has: the store reads those of a
/// commit in several steps.
constexpr std::size_t known_max = 8'192;

/// @returns the id of the last row of the page before.
result<std::string_view> id_of(const scan_request& request) {
  const auto id = request.cursor.empty() ? request.cursor : request.cursor.substr(1);
  if (!request.cursor.empty()
      && (request.cursor.front() != cursor_mark || id.empty() || !id.starts_with(request.prefix)))
    return fail(errc::invalid_argument, "the cursor is not one of this listing: give the cursor of the page "
                                        "before, with the same prefix, or none");
  return id;
}

/// @param end is where the listing ends, unless empty; it must live as long as the iterator.
std::unique_ptr<rocksdb::Iterator> list(const database& from, family which, const Slice& end = {}) {
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = end.empty() ? nullptr : &end;
  options.fill_cache = false; // a listing must not push out what is in use
  return std::unique_ptr<rocksdb::Iterator>{from.db->NewIterator(options, from[which])};
}

/// @returns the row that `parse` makes of each row up to the last or number `rows_max`; `what` is for
/// messages.
template <class Row, class Parse>
result<std::vector<Row>> rows_of(const database& from, rocksdb::Iterator& at, std::size_t rows_max,
                                 std::string_view what, Parse parse) {
  std::vector<Row> found;
  for (; at.Valid() && found.size() < rows_max; at.Next()) {
    auto row = parse(at);
    if (!row)
      return rocksdb_failed(what, from.path, rocksdb::Status::Corruption("bad key"));
    found.push_back(std::move(*row));
  }
  return at.status().ok() ? result<std::vector<Row>>{std::move(found)}
                          : rocksdb_failed(what, from.path, at.status());
}

} // namespace

struct rocksdb_engine::read_buffer {
  std::vector<stored_session> recent;
  std::vector<Slice> keys;
  std::vector<rocksdb::PinnableSlice> values;
  std::vector<rocksdb::Status> states;
};

result<void> rocksdb_engine::load() {
  auto rows = client_rows();
  if (!rows)
    return tl::unexpected{std::move(rows).error()};
  for (const auto& row : *rows)
    clients_.put(row.client, row.number, {});
  return load_length();
}

result<void> rocksdb_engine::load_length() {
  std::string stored;
  auto done = database_->db->Get({}, (*database_)[family::meta], length_key, &stored);
  if (done.IsNotFound())
    return {};
  if (done.ok() && stored.size() != keys::number_bytes)
    done = rocksdb::Status::Corruption("it has " + std::to_string(stored.size()) + " bytes");
  if (!done.ok())
    return rocksdb_failed("reading the number of sessions", database_->path, done);
  length_ = keys::number_at(stored);
  return {};
}

/// @returns the newest buffer again, or a new one if a caller still keeps that one for its views.
std::shared_ptr<rocksdb_engine::read_buffer> rocksdb_engine::unused_buffer() {
  if (!buffer_ || buffer_.use_count() != 1) {
    std::erase_if(lent_, [](const auto& each) { return each.expired(); });
    buffer_ = std::make_shared<read_buffer>();
    lent_.push_back(buffer_);
  }
  return buffer_;
}

/// Lets go of all that is pinned: a caller may free its `reads` only after the database is closed.
void rocksdb_engine::take_back_buffers() noexcept {
  for (const auto& each : lent_)
    if (const auto buffer = each.lock())
      buffer->values.clear();
}

/// Those that are not among the recent ones are `missing_` then.
void rocksdb_engine::find_recent(std::span<const std::string_view> ids, read_buffer& into) {
  into.recent.clear();
  missing_.clear();
  for (const auto& id : ids)
    if (!into.recent.emplace_back(recent_.find(id)))
      missing_.push_back(id);
}

/// @returns how many of `ids`, the first ones, were read: those that have `bytes_max` bytes or little more,
/// or fewer, one at least.
std::size_t rocksdb_engine::read(std::span<const std::string_view> ids, read_buffer& into,
                                 std::size_t bytes_max) {
  into.keys.assign(ids.begin(), ids.end());
  for (auto& value : into.values)
    value.Reset();
  into.values.resize(ids.size());
  into.states.assign(ids.size(), {});
  if (ids.empty())
    return 0;
  rocksdb::ReadOptions options;
  options.value_size_soft_limit = bytes_max; // the rest is `Aborted`, in the order of the keys
  database_->db->MultiGet(options, (*database_)[family::sessions], ids.size(), into.keys.data(),
                          into.values.data(), into.states.data());
  const auto end =
      std::find_if(into.states.begin(), into.states.end(), [](const auto& each) { return each.IsAborted(); });
  if (end == into.states.begin())
    return read(ids.first(1), into, SIZE_MAX);
  return static_cast<std::size_t>(end - into.states.begin());
}

result<std::optional<record>> rocksdb_engine::row_of(const read_buffer& from, std::size_t number) {
  const auto id = from.keys[number].ToStringView();
  const auto& state = from.states[number];
  if (state.IsNotFound()) {
    known_.set(id, {.stored = false});
    return std::nullopt;
  }
  if (!state.ok())
    return rocksdb_failed("reading a session", database_->path, state);
  const auto stored = from.values[number].ToStringView();
  auto row = decoded(id, stored);
  if (row)
    recent_.put(id, stored);
  return row;
}

/// @returns the record of `id`, of which then is known what a commit has to know.
result<std::optional<record>> rocksdb_engine::decoded(std::string_view id, std::string_view stored) {
  auto content = decode_record(stored);
  if (!content) {
    known_.set(id, {.stored = true, .readable = false});
    return tl::unexpected{std::move(content).error()};
  }
  known_.set(id, {.stored = true, .version = content->version, .expires_at = content->expires_at});
  return *content;
}

/// @returns the first of `ids`, so many that they have `bytes_max` bytes if they are as large as those
/// before.
std::span<const std::string_view> rocksdb_engine::readable(std::span<const std::string_view> ids,
                                                           std::size_t bytes_max) const noexcept {
  return ids.first(
      std::min(ids.size(), std::max<std::size_t>(bytes_max / std::max<std::size_t>(usual_bytes_, 1), 1)));
}

/// What was read changes what is expected: at once if it was more, slowly if it was less.
void rocksdb_engine::note_size(std::size_t bytes) noexcept {
  usual_bytes_ = std::max(bytes, usual_bytes_ - usual_bytes_ / 16);
}

result<void> rocksdb_engine::get(std::span<const std::string_view> ids, reads& out) {
  out.rows.clear();
  out.pins.reset();
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); // as in `apply`
  const auto buffer = unused_buffer();
  if (known_.size() >= known_max)
    known_.clear();
  const auto asked = readable(ids, out.bytes_max);
  find_recent(asked, *buffer);
  const auto count = read(missing_, *buffer, out.bytes_max);
  out.rows.reserve(asked.size());
  std::size_t number = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto& recent = buffer->recent[i];
    if (!recent && number == count)
      break;
    if (!recent)
      note_size(buffer->values[number].size());
    out.rows.push_back(recent ? decoded(asked[i], recent.record()) : row_of(*buffer, number++));
  }
  out.pins = buffer;
  return {};
}

/// Reads what the commit changes and no `get` has just read, so that `known_` has all of it.
result<void> rocksdb_engine::learn_what_is_missing(const commit& changes) {
  if (changes.clear) {
    known_.clear(); // whatever is not in it is not stored
    return {};
  }
  missing_.clear();
  for (const auto& change : changes.writes)
    if (check_write(change) && known_.find(change.id) == nullptr)
      missing_.push_back(change.id);
  if (missing_.empty())
    return {};
  const auto buffer = unused_buffer();
  read(missing_, *buffer, SIZE_MAX);
  for (std::size_t i = 0; i < missing_.size(); ++i)
    if (auto row = row_of(*buffer, i); !row && known_.find(missing_[i]) == nullptr)
      return tl::unexpected{std::move(row).error()};
  return {};
}

result<page> rocksdb_engine::scan(const scan_request& request) {
  const auto after = id_of(request);
  if (!after)
    return tl::unexpected{after.error()};
  const auto end = keys::behind_prefix(request.prefix);
  const Slice end_slice{end};
  const auto rows = list(*database_, family::sessions, end_slice);
  if (after->empty())
    rows->Seek(request.prefix);
  else
    rows->Seek(key_.assign(*after).append(1, '\0')); // the smallest key behind it
  auto made = fill_page(request, *rows);
  if (!rows->status().ok())
    return rocksdb_failed("listing", database_->path, rows->status());
  return made;
}

page rocksdb_engine::fill_page(const scan_request& request, rocksdb::Iterator& rows) {
  page made;
  const auto values = std::make_shared<std::deque<std::string>>();
  std::size_t data_bytes = 0;
  for (; rows.Valid(); rows.Next()) {
    if (made.rows.size() >= request.rows_max
        || (!made.rows.empty() && data_bytes >= request.data_bytes_max)) {
      made.cursor = cursor_mark + made.rows.back().id;
      break;
    }
    values->push_back(rows.value().ToString());
    made.rows.push_back({rows.key().ToString(), decode_record(values->back())});
    data_bytes += made.rows.back().content ? made.rows.back().content->data.size() : values->back().size();
  }
  made.pins = values;
  return made;
}

result<std::vector<expiry_row>> rocksdb_engine::due(wall_time now, std::size_t rows_max) {
  std::string end;
  if (now != wall_time::max())
    keys::set_expiry(now + std::chrono::milliseconds{1}, {}, end);
  const Slice end_slice{end};
  const auto rows = list(*database_, family::expiry, end_slice);
  rows->Seek(expiry_floor_);
  // Sweeping leaves a lot of deleted rows at the front, which are not to be passed again every time.
  if (rows->Valid())
    expiry_floor_ = rows->key().ToString();
  else if (rows->status().ok() && end > expiry_floor_)
    expiry_floor_ = end;
  return rows_of<expiry_row>(*database_, *rows, rows_max, "reading the expiry index",
                             [](const auto& at) { return keys::expiry_row_of(at.key().ToStringView()); });
}

result<std::uint64_t> rocksdb_engine::length() {
  return length_;
}

result<std::vector<client_row>> rocksdb_engine::client_rows() {
  const auto rows = list(*database_, family::clients);
  rows->SeekToFirst();
  return rows_of<client_row>(*database_, *rows, SIZE_MAX, "reading the client table", [](const auto& at) {
    return keys::client_row_of(at.key().ToStringView(), at.value().ToStringView());
  });
}

result<std::vector<system_row>> rocksdb_engine::system_rows(std::string_view first, std::string_view last,
                                                            std::size_t rows_max) {
  const Slice end{last};
  const auto rows = list(*database_, family::system, end);
  rows->Seek(first);
  return rows_of<system_row>(*database_, *rows, rows_max, "reading the system table", [](const auto& at) {
    return std::optional{system_row{at.key().ToString(), at.value().ToString()}};
  });
}

} // namespace cluster_store::backends
