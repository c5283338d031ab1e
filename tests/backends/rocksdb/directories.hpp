#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cluster_store/backends/rocksdb/rocksdb.hpp>
#include <cluster_store/tests/backends/engines.hpp>

/// What tests of a store's directory need: what is in it, and other users.
namespace cluster_store::tests {

inline backends::rocksdb_options small_store(const std::string& path) {
  backends::rocksdb_options made;
  made.path = path;
  made.sync = backends::traits::syncing::never;
  made.cache_bytes = 1u << 20;
  made.write_buffer_bytes = 64u << 10;
  return made;
}

/// All that can be seen of what a name stands for: its kind and mode, inode, size, change and content.
using picture = std::map<std::string, std::tuple<mode_t, ino_t, off_t, std::int64_t, std::string>>;

inline std::string text_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// @returns a picture of the directory and all in it.
inline picture picture_of(const std::string& path) {
  picture made;
  const auto add = [&](const std::string& name, const std::string& at) {
    struct stat found {};
    REQUIRE(::lstat(at.c_str(), &found) == 0);
    made[name] = {found.st_mode, found.st_ino, found.st_size,
                  found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec,
                  S_ISREG(found.st_mode) ? text_of(at) : std::string{}};
  };
  add(".", path);
  for (const auto& each : std::filesystem::directory_iterator{path})
    add(each.path().filename().string(), each.path().string());
  return made;
}

inline unsigned mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777u;
}

inline void write_text(const std::string& path, std::string_view text) {
  std::ofstream{path, std::ios::binary} << text;
}

/// Puts so much into a store that it has tables and logs. @returns how many sessions it has then.
inline std::size_t fill_store(backends::backend& store) {
  constexpr std::size_t sessions = 40;
  for (std::size_t number = 0; number < sessions; ++number)
    apply(store, {put("id " + std::to_string(number), record_of(number + 1, std::string(5'000, 'x')))});
  return sessions;
}

inline constexpr uid_t other_user = 65'534;

/// Does `what` as a user who is not root: in a thread, since the system keeps users by thread. RocksDB's own
/// threads stay who they are.
inline void as_other_user(const std::function<void()>& what) {
  std::exception_ptr failed;
  std::thread{[&] {
    try {
      if (::geteuid() == 0) {
        REQUIRE(::syscall(SYS_setresgid, -1, other_user, -1) == 0);
        REQUIRE(::syscall(SYS_setresuid, -1, other_user, -1) == 0);
      }
      what();
    } catch (...) {
      failed = std::current_exception();
    }
  }}.join();
  if (failed)
    std::rethrow_exception(failed);
}

/// Gives that user the directory and all in it.
inline void give_to_other_user(const std::string& path) {
  if (::geteuid() != 0)
    return;
  REQUIRE(::chown(path.c_str(), other_user, other_user) == 0);
  for (const auto& each : std::filesystem::recursive_directory_iterator{path})
    REQUIRE(::lchown(each.path().c_str(), other_user, other_user) == 0);
}

} // namespace cluster_store::tests
