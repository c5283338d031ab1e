#include <cluster_store/backends/system/absolute_path.hpp>

#include <filesystem>
#include <system_error>

namespace cluster_store {

result<std::string> absolute_path(const std::string& path) {
  if (path.empty() || path.front() == '/')
    return path;
  std::error_code problem;
  const auto here = std::filesystem::current_path(problem);
  if (problem)
    return fail(errc::io_error, "the path '" + path
                                    + "' begins at the current directory, which cannot be told ("
                                    + problem.message() + "): give a path that begins with '/'");
  return (here / path).string();
}

} // namespace cluster_store
