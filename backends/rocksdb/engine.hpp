#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/backends/rocksdb/database.hpp>
#include <cluster_store/backends/rocksdb/known_sessions.hpp>
#include <cluster_store/backends/rocksdb/recent_sessions.hpp>
#include <cluster_store/backends/tables/client_ledger.hpp>

namespace rocksdb {
class Iterator;
class WriteBatch;
} // namespace rocksdb

namespace cluster_store::backends {

/// The RocksDB engine: one WriteBatch, one write and at most one sync a commit. See rocksdb.hpp.
class rocksdb_engine final : public backend {
public:
  rocksdb_engine(std::unique_ptr<database> opened, const rocksdb_options& options);
  ~rocksdb_engine() override;

  /// Reads what is kept in memory beside the database. Called once, before anything else.
  result<void> load();

  const backends::traits& traits() const noexcept override { return traits_; }
  result<void> get(std::span<const std::string_view> ids, reads& out) override;
  result<std::vector<result<write_outcome>>> apply(const commit& changes) override;
  result<page> scan(const scan_request& request) override;
  result<std::vector<expiry_row>> due(wall_time now, std::size_t rows_max) override;
  result<std::uint64_t> length() override;
  result<std::vector<client_row>> client_rows() override;
  result<std::vector<system_row>> system_rows(std::string_view first, std::string_view last,
                                              std::size_t rows_max) override;
  result<void> sync() override;
  bool broken() const noexcept override { return broken_; }

private:
  struct read_buffer;
  struct nothing {};

  // Reading (rocksdb_read.cpp).
  result<void> load_length();
  std::shared_ptr<read_buffer> unused_buffer();
  void take_back_buffers() noexcept;
  void find_recent(std::span<const std::string_view> ids, read_buffer& into);
  std::size_t read(std::span<const std::string_view> ids, read_buffer& into, std::size_t bytes_max);
  std::span<const std::string_view> readable(std::span<const std::string_view> ids,
                                             std::size_t bytes_max) const noexcept;
  void note_size(std::size_t bytes) noexcept;
  result<std::optional<record>> row_of(const read_buffer& from, std::size_t number);
  result<std::optional<record>> decoded(std::string_view id, std::string_view stored);
  result<void> learn_what_is_missing(const commit& changes);
  page fill_page(const scan_request& request, rocksdb::Iterator& rows);

  // Committing (rocksdb.cpp).
  tl::unexpected<error> failed(errc code, const std::string& how) const;
  result<void> check_refused();
  result<write_outcome> add_write(const write& change);
  stored_session add_put(const write& change, known_session& session);
  void add_erase(std::string_view id, known_session& session);
  void remove_expiry(wall_time due_at, std::string_view id);
  void add_rows(const commit& changes);
  result<void> write_batch();
  result<void> sync_log();
  void remember(const commit& changes);

  std::unique_ptr<database> database_;
  backends::traits traits_;
  std::unique_ptr<rocksdb::WriteBatch> batch_;
  known_sessions known_;                // from the gets since the last commit, then from the commit in hand
  recent_sessions recent_;              // as the last commit left them
  std::vector<stored_session> written_; // by the commit in hand: for each write the session, if any
  client_ledger<nothing> clients_;      // which client rows are stored, to remove them one by one
  std::uint64_t length_ = 0;            // as stored
  std::uint64_t length_next_ = 0;       // as stored once the commit in hand is
  std::string expiry_floor_;            // no row of the expiry index lies before this key
  std::shared_ptr<read_buffer> buffer_; // the newest one
  std::vector<std::weak_ptr<read_buffer>> lent_; // those that callers may keep beyond the database
  std::vector<std::string_view> missing_;
  std::size_t usual_bytes_ = 0; // of a session that is read
  std::string key_;
  std::string value_;
  bool refused_ = false; // RocksDB takes no writes until it is opened anew
  bool broken_ = false;
};

} // namespace cluster_store::backends
