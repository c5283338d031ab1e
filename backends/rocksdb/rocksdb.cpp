#include <cluster_store/backends/rocksdb/rocksdb.hpp>

#include <array>
#include <exception>

#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/write_batch.h>

#include <cluster_store/backends/contained.hpp>
#include <cluster_store/backends/rocksdb/engine.hpp>
#include <cluster_store/backends/rocksdb/keys.hpp>
#include <cluster_store/backends/rocksdb/threads.hpp>
#include <cluster_store/backends/uri_options.hpp>
#include <cluster_store/backends/write_check.hpp>

namespace cluster_store::backends {
namespace {

using rocksdb::Slice;
using rocksdb::Status;

/// What opening anew needs on a disk that was full, beside what is to be flushed.
constexpr std::uint64_t reopen_bytes_min = 4u << 20;

/// Behind every key of sessions (ids have 512 bytes at most) and of the expiry index.
const std::string behind_all_keys(engine_limits.id_bytes_max + keys::number_bytes + 1, '\xFF');

/// In the order of `traits::syncing`.
constexpr std::array<std::string_view, 3> sync_names{"always", "interval", "never"};

/// In the order of `rocksdb_options::compression_kind`.
constexpr std::array<std::string_view, 4> compression_names{"none", "lz4", "zstd", "snappy"};

} // namespace

rocksdb_engine::rocksdb_engine(std::unique_ptr<database> opened, const rocksdb_options& options)
    : database_{std::move(opened)},
      traits_{.engine = "rocksdb",
              .durable = true,
              .ordered_scan = true,
              .sync = options.sync,
              .may_block = true},
      batch_{std::make_unique<rocksdb::WriteBatch>()},
      recent_{recent_share(options.cache_bytes)} {}

rocksdb_engine::~rocksdb_engine() {
  take_back_buffers();
}

result<std::vector<result<write_outcome>>> rocksdb_engine::apply(const commit& changes) {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); // counting for this thread costs, and nobody asks
  auto good = check_refused();
  if (good)
    good = learn_what_is_missing(changes);
  if (!good)
    return tl::unexpected{std::move(good).error()};
  batch_->Clear();
  written_.clear();
  length_next_ = length_;
  if (changes.clear) {
    batch_->DeleteRange((*database_)[family::sessions], Slice{}, behind_all_keys);
    batch_->DeleteRange((*database_)[family::expiry], Slice{}, behind_all_keys);
    length_next_ = 0;
  }
  std::vector<result<write_outcome>> outcomes;
  outcomes.reserve(changes.writes.size());
  for (const auto& change : changes.writes)
    outcomes.push_back(add_write(change));
  add_rows(changes);
  good = write_batch();
  known_.clear();
  if (!good)
    return tl::unexpected{std::move(good).error()};
  remember(changes);
  return outcomes;
}

result<write_outcome> rocksdb_engine::add_write(const write& change) {
  auto& written = written_.emplace_back();
  if (auto good = check_write(change); !good)
    return tl::unexpected{std::move(good).error()};
  auto* session = known_.find(change.id);
  if (session == nullptr)
    session = &known_.set(change.id, {.stored = false});
  if (change.when.what == precondition::kind::version && session->stored && !session->readable)
    return fail(errc::corrupt,
                "the version of the session's stored record cannot be read: destroy the session "
                "or set it without a condition");
  if (!holds(change.when, session->stored ? std::optional{session->version} : std::nullopt))
    return write_outcome::precondition_failed;
  if (change.what == write::kind::erase)
    add_erase(change.id, *session);
  else
    written = add_put(change, *session);
  return write_outcome::applied;
}

stored_session rocksdb_engine::add_put(const write& change, known_session& session) {
  value_.clear();
  encode_record(change.content, value_);
  batch_->Put((*database_)[family::sessions], change.id, value_);
  const auto& expires_at = change.content.expires_at;
  if (session.stored && session.expires_at && session.expires_at != expires_at)
    remove_expiry(*session.expires_at, change.id);
  if (expires_at) {
    keys::set_expiry(*expires_at, change.id, key_);
    batch_->Put((*database_)[family::expiry], key_, Slice{});
    if (key_ < expiry_floor_)
      expiry_floor_ = key_;
  }
  length_next_ += session.stored ? 0 : 1;
  session = {.stored = true, .version = change.content.version, .expires_at = expires_at};
  return recent_.takes(change.id.size() + value_.size()) ? stored_session{change.id, value_}
                                                         : stored_session{};
}

void rocksdb_engine::add_erase(std::string_view id, known_session& session) {
  if (!session.stored)
    return;
  batch_->Delete((*database_)[family::sessions], id);
  if (session.expires_at)
    remove_expiry(*session.expires_at, id);
  --length_next_;
  session = {.stored = false};
}

void rocksdb_engine::remove_expiry(wall_time due_at, std::string_view id) {
  keys::set_expiry(due_at, id, key_);
  batch_->Delete((*database_)[family::expiry], key_);
}

void rocksdb_engine::add_rows(const commit& changes) {
  for (const auto& row : changes.swept)
    remove_expiry(row.due_at, row.id);
  // One by one, because ranges that were deleted slow down every read of the family until they are compacted.
  for (const auto& row : changes.client_erases)
    clients_.each_number(row.client, row.up_to, [&](std::uint64_t number) {
      keys::set_client(row.client, number, key_);
      batch_->Delete((*database_)[family::clients], key_);
    });
  for (const auto& row : changes.client_rows) {
    keys::set_client(row.client, row.number, key_);
    batch_->Put((*database_)[family::clients], key_, row.value);
  }
  for (const auto& row : changes.system_rows)
    if (row.value)
      batch_->Put((*database_)[family::system], row.key, *row.value);
    else
      batch_->Delete((*database_)[family::system], row.key);
  if (length_next_ != length_) {
    value_.clear();
    keys::append_number(length_next_, value_);
    batch_->Put((*database_)[family::meta], length_key, value_);
  }
}

tl::unexpected<error> rocksdb_engine::failed(errc code, const std::string& how) const {
  return fail(code, "rocksdb:" + database_->path + ": " + how);
}

result<void> rocksdb_engine::write_batch() {
  if (batch_->Count() == 0)
    return {};
  if (database_->disk.log_failed()) {
    broken_ = true;
    return failed(errc::io_error, "nothing of a commit was written, because the log could not be synced "
                                  "before: repair the disk and restart the store");
  }
  rocksdb::WriteOptions options;
  options.sync = false; // see below
  options.disableWAL = false;
  if (auto good = database_->disk.begin_commit(batch_->GetDataSize()); !good)
    return failed(good.error().code, good.error().message);
  const auto done = database_->db->Write(options, batch_.get());
  if (done.ok())
    return traits_.sync == traits::syncing::always || database_->disk.began_log() ? sync_log()
                                                                                  : result<void>{};
  const auto fate = database_->disk.fate();
  if (fate == log_fate::unknown) {
    broken_ = true;
    return failed(errc::outcome_unknown, "a commit was written, but not confirmed (" + done.ToString()
                                             + "): restart the store and read what is there");
  }
  refused_ = true;
  broken_ = fate == log_fate::cut_back || done.severity() >= Status::Severity::kFatalError;
  return failed(errc::io_error, "nothing of a commit was written (" + done.ToString()
                                    + "): make room on the disk or repair it");
}

/// `DB::Resume` is not used: it can wait for ever for a flush that was scheduled just before a former attempt
/// failed (RocksDB 7.8 counts that flush as started). The log has everything, so opening anew does the same.
result<void> rocksdb_engine::check_refused() {
  if (!refused_)
    return {};
  std::uint64_t flush_bytes = 0;
  database_->db->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &flush_bytes);
  const auto free = database_->disk.free_bytes(database_->place);
  if (free < flush_bytes + reopen_bytes_min)
    return failed(errc::io_error, "the disk is full or its files may not grow (" + std::to_string(free)
                                      + " bytes are free for one, "
                                      + std::to_string(flush_bytes + reopen_bytes_min)
                                      + " are needed): make room, or raise the limit (ulimit -f)");
  broken_ = true;
  return failed(errc::io_error,
                "there is room on the disk again; it takes writes when it has been opened anew");
}

void rocksdb_engine::remember(const commit& changes) {
  length_ = length_next_;
  if (changes.clear)
    recent_.clear();
  for (std::size_t i = 0; i < written_.size(); ++i)
    if (written_[i])
      recent_.put(std::move(written_[i]));
    else
      recent_.erase(changes.writes[i].id);
  for (const auto& row : changes.client_erases)
    clients_.erase(row.client, row.up_to);
  for (const auto& row : changes.client_rows)
    clients_.put(row.client, row.number, {});
}

result<void> rocksdb_engine::sync() {
  return traits_.sync == traits::syncing::always ? result<void>{} : sync_log();
}

result<void> rocksdb_engine::sync_log() {
  const auto done = database_->disk.sync_log();
  if (done)
    return {};
  broken_ = true;
  return failed(errc::outcome_unknown,
                "the log could not be synced (" + done.error().message
                    + "), a power cut may take the last commits: repair the disk and restart the store");
}

result<rocksdb_options> rocksdb_options_from(const uri& where) {
  rocksdb_options made;
  made.path = where.path;
  auto good = check_option_names(where, {"sync", "cache_bytes", "compression"});
  if (good)
    good = read_choice<traits::syncing>(where, "sync", sync_names, made.sync);
  if (good)
    good = read_number(where, "cache_bytes", 1u << 20, std::uint64_t{1} << 40, made.cache_bytes);
  if (good)
    good = read_choice<rocksdb_options::compression_kind>(where, "compression", compression_names,
                                                          made.compression);
  return good.map([&] { return made; });
}

result<std::unique_ptr<backend>> open_rocksdb(const rocksdb_options& options) try {
  return prepare_rocksdb(options.path)
      .and_then([&] { return open_database(options); })
      .and_then([&](std::unique_ptr<database> opened) {
        spare_children_the_end();
        auto engine = std::make_unique<rocksdb_engine>(std::move(opened), options);
        return engine->load().map([&] { return make_contained(std::move(engine)); });
      });
} catch (const std::exception& problem) {
  return fail(errc::io_error, "rocksdb:" + options.path + ": opening it was stopped by '" + problem.what()
                                  + "': give the process more memory");
}

} // namespace cluster_store::backends
