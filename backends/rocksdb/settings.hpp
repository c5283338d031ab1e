#pragma once

#include <array>
#include <string>
#include <vector>

#include <cluster_store/backends/rocksdb/database.hpp>

namespace rocksdb {
struct ColumnFamilyDescriptor;
struct DBOptions;
class Env;
} // namespace rocksdb

namespace cluster_store::backends {

/// How the column families are called, in the order of `family`.
extern const std::array<std::string, family_count> family_names;

/// How RocksDB is to keep a store. Pure.
rocksdb::DBOptions database_options(const rocksdb_options& options, rocksdb::Env* env,
                                    rocksdb::WalFilter* order);

/// How each column family is to be kept, in the order of `family`.
/// @errors `unsupported` for a compression that this RocksDB lacks.
result<std::vector<rocksdb::ColumnFamilyDescriptor>> family_options(const rocksdb_options& options);

} // namespace cluster_store::backends
