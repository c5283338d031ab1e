#pragma once

#include <cstddef>
#include <string>

namespace cluster_store::tests {

/// A small file system that is really full when it is: a tmpfs in a mount namespace of this process and its
/// children.
///
/// Needs root, or a system that lets users make user namespaces and a process of one thread. Unmounted at the
/// end of the object.
class small_disk {
public:
  /// Mounts it at `where`, which is made.
  /// @throws std::runtime_error saying why if that is not possible here.
  small_disk(std::string where, std::size_t bytes);
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// @returns the path of `name` on it.
  std::string operator/(const std::string& name) const { return where_ + "/" + name; }

  /// Somebody else uses up all that is free, or gives it back.
  void fill() const;
  void make_room() const;

private:
  std::string where_;
};

/// A directory that is also found by another path, which no symbolic link tells: a bind mount, made and
/// needed as `small_disk`.
class bind_mount {
public:
  bind_mount(const std::string& what, std::string where);
  ~bind_mount();
  bind_mount(const bind_mount&) = delete;
  bind_mount& operator=(const bind_mount&) = delete;

private:
  std::string where_;
};

} // namespace cluster_store::tests
