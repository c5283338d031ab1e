#include <cluster_store/backends/rocksdb/disk/log_order.hpp>

#include <cstdint>
#include <string>

#include <rocksdb/wal_filter.h>
#include <rocksdb/write_batch.h>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::backends;
using option = rocksdb::WalFilter::WalProcessingOption;

namespace {

/// A commit as it stands in a log: its rows are numbered from `first` on.
rocksdb::WriteBatch commit_from(std::uint64_t first, int rows) {
  rocksdb::WriteBatch made;
  for (int row = 0; row < rows; ++row)
    made.Put("key", "value").PermitUncheckedError();
  auto bytes = made.Data();
  for (std::size_t i = 0; i < sizeof first; ++i)
    bytes[i] = static_cast<char>(first >> (8 * i));
  return rocksdb::WriteBatch{bytes};
}

option judge(rocksdb::WalFilter& order, std::uint64_t first, int rows) {
  rocksdb::WriteBatch unused;
  bool changed = false;
  const auto said = order.LogRecordFound(1, "000001.log", commit_from(first, rows), &unused, &changed);
  CHECK_FALSE(changed);
  return said;
}

} // namespace

TEST_CASE("commits whose rows follow each other are replayed, wherever they begin") {
  const auto order = make_log_order();
  CHECK(judge(*order, 70'000, 3) == option::kContinueProcessing);
  CHECK(judge(*order, 70'003, 1) == option::kContinueProcessing);
  CHECK(judge(*order, 70'004, 2) == option::kContinueProcessing);
}

TEST_CASE("a commit behind a gap is damage, and so is all that follows") {
  const auto order = make_log_order();
  REQUIRE(judge(*order, 10, 2) == option::kContinueProcessing);
  CHECK(judge(*order, 13, 1) == option::kCorruptedRecord);
  CHECK(judge(*order, 14, 1) == option::kCorruptedRecord);
}

TEST_CASE("behind the mark of a recovery that found damage the numbers may begin anew") {
  const auto order = make_log_order();
  REQUIRE(judge(*order, 10, 2) == option::kContinueProcessing);
  REQUIRE(judge(*order, 12, 0) == option::kContinueProcessing);
  CHECK(judge(*order, 50, 1) == option::kContinueProcessing);
  CHECK(judge(*order, 52, 1) == option::kCorruptedRecord);
}
