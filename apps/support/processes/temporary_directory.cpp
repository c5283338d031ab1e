#include <cluster_store/apps/support/processes/temporary_directory.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace cluster_store::apps {

result<temporary_directory> temporary_directory::create(const std::string& parent) {
  std::error_code problem;
  const auto place =
      parent.empty() ? std::filesystem::temp_directory_path(problem) : std::filesystem::path{parent};
  auto pattern = (place / "cluster-store-XXXXXX").string();
  if (problem || ::mkdtemp(pattern.data()) == nullptr)
    return fail(errc::io_error, "cannot make a temporary directory " + pattern + ": "
                                    + (problem ? problem.message() : std::strerror(errno)));
  return temporary_directory{std::move(pattern)};
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

} // namespace cluster_store::apps
