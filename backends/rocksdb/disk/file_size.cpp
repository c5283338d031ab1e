#include <cluster_store/backends/rocksdb/disk/file_size.hpp>

#include <cerrno>
#include <cstring>
#include <utility>

#include <rocksdb/io_status.h>
#include <rocksdb/status.h>

namespace cluster_store::backends {

rocksdb::IOStatus no_space_if_too_large(rocksdb::IOStatus done) {
  if (done.ok() || done.IsNoSpace() || errno != EFBIG)
    return done;
  auto same = rocksdb::IOStatus::NoSpace(done.ToString());
  same.SetRetryable(true); // as RocksDB does for ENOSPC
  return same;
}

std::string room_hint(const rocksdb::Status& problem) {
  return problem.ToString().find(std::strerror(EFBIG)) == std::string::npos
             ? "make room on the disk"
             : "raise the limit of the size of files (ulimit -f, LimitFSIZE= of a service)";
}

} // namespace cluster_store::backends
