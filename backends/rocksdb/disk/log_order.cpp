#include <cluster_store/backends/rocksdb/disk/log_order.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <rocksdb/wal_filter.h>
#include <rocksdb/write_batch.h>

#include <cluster_store/backends/coding/codec.hpp>

namespace cluster_store::backends {
namespace {

class log_order final : public rocksdb::WalFilter {
public:
  const char* Name() const override { return "cluster_store.log_order"; }

  WalProcessingOption LogRecordFound(unsigned long long, const std::string&,
                                     const rocksdb::WriteBatch& commit, rocksdb::WriteBatch*,
                                     bool*) override {
    // A commit in the log begins with the number of its first row, little-endian.
    const auto first = reader{commit.Data()}.fixed<std::uint64_t>();
    // Not `kStopReplay`: that would accept tables which are ahead of what is replayed.
    if (next_ && first > *next_)
      return WalProcessingOption::kCorruptedRecord;
    // RocksDB marks the end of a recovery that found damage with a commit without rows. It may go on further
    // up then, if its manifest knows numbers that were lost with their commits.
    const auto rows = commit.Count();
    next_ = rows == 0 ? std::nullopt : std::optional{first + rows};
    return WalProcessingOption::kContinueProcessing;
  }

private:
  std::optional<std::uint64_t> next_;
};

} // namespace

std::shared_ptr<rocksdb::WalFilter> make_log_order() {
  return std::make_shared<log_order>();
}

} // namespace cluster_store::backends
