#pragma once

#include <string>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// A directory of this process's own (mode 0700), removed with all it holds at the end of the object.
class temporary_directory {
public:
  /// @param parent directory it is made in; empty = where the system wants temporary files.
  /// @errors `io_error` with the system's reason.
  static result<temporary_directory> create(const std::string& parent = {});

  temporary_directory(temporary_directory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  temporary_directory& operator=(temporary_directory&&) = delete;
  ~temporary_directory();

  const std::string& path() const { return path_; }

  /// @returns the path of `name` in it.
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
  explicit temporary_directory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

} // namespace cluster_store::apps
