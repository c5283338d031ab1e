#include <cluster_store/tests/support/small_disk.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cluster_store/tests/support/file_descriptor.hpp>

namespace cluster_store::tests {
namespace {

void require(bool done, const std::string& what) {
  if (!done)
    throw std::runtime_error("no file system can be mounted here: " + what + ": " + std::strerror(errno));
}

/// Maps this user to itself in the new user namespace, so that nothing but its rights to mount change.
void keep_user(uid_t user, gid_t group) {
  const auto write = [](const std::string& name, const std::string& text) {
    std::ofstream file{"/proc/self/" + name};
    require(static_cast<bool>(file << text << std::flush), name);
  };
  write("setgroups", "deny");
  write("uid_map", std::to_string(user) + " " + std::to_string(user) + " 1");
  write("gid_map", std::to_string(group) + " " + std::to_string(group) + " 1");
}

/// What is mounted here from now on goes with this process and its children, and nobody else sees it.
void enter_mount_namespace() {
  static bool entered = false;
  if (entered)
    return;
  const auto user = ::geteuid();
  const auto group = ::getegid();
  if (::unshare(CLONE_NEWNS) != 0) {
    require(::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "unshare");
    keep_user(user, group);
  }
  require(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "making the mounts private");
  entered = true;
}

} // namespace

small_disk::small_disk(std::string where, std::size_t bytes) : where_(std::move(where)) {
  enter_mount_namespace();
  std::filesystem::create_directory(where_);
  const auto size = "mode=0700,size=" + std::to_string(bytes);
  require(::mount("tmpfs", where_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, size.c_str()) == 0, "mount");
}

small_disk::~small_disk() {
  ::umount2(where_.c_str(), MNT_DETACH);
}

void small_disk::fill() const {
  const std::string block(4'096, 'x');
  const file_descriptor ballast{
      ::open((*this / "ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  while (::write(ballast.number(), block.data(), block.size()) > 0) {
  }
  if (errno != ENOSPC)
    throw std::runtime_error(std::string{"filling a disk: "} + std::strerror(errno));
}

void small_disk::make_room() const {
  std::filesystem::remove(*this / "ballast");
}

bind_mount::bind_mount(const std::string& what, std::string where) : where_(std::move(where)) {
  enter_mount_namespace();
  std::filesystem::create_directory(where_);
  require(::mount(what.c_str(), where_.c_str(), nullptr, MS_BIND, nullptr) == 0, "bind mount");
}

bind_mount::~bind_mount() {
  ::umount2(where_.c_str(), MNT_DETACH);
}

} // namespace cluster_store::tests
