#pragma once

#include <filesystem>

namespace cluster_store::tests {

/// Takes this process into a directory, and back at its end.
class working_directory {
public:
  explicit working_directory(const std::filesystem::path& there) : before_{std::filesystem::current_path()} {
    std::filesystem::current_path(there);
  }
  working_directory(const working_directory&) = delete;
  working_directory& operator=(const working_directory&) = delete;
  ~working_directory() { std::filesystem::current_path(before_); }

private:
  std::filesystem::path before_;
};

} // namespace cluster_store::tests
