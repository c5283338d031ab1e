#include <cluster_store/tests/support/sandbox.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

namespace cluster_store::tests {
namespace {

/// The program under test: of this build, or the one that the environment names.
std::string program_path() {
  const char* other = std::getenv("SYSTEM_TESTS_PROGRAM");
  return other == nullptr ? SYSTEM_TESTS_DEFAULT_PROGRAM : other;
}

} // namespace

sandbox::sandbox() : secret_file_(write_file("secret", "the secret of one system test\n")) {
  for (const auto* name : {"home", "run"}) {
    std::filesystem::create_directory(path(name));
    std::filesystem::permissions(path(name), std::filesystem::perms::owner_all);
  }
}

program sandbox::in_here(std::vector<std::string> arguments) const {
  return {std::move(arguments),
          {{"HOME", path("home")}, {"XDG_CONFIG_HOME", path("home")}, {"XDG_RUNTIME_DIR", path("run")}}};
}

program sandbox::cluster_store(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), program_path());
  return in_here(std::move(arguments));
}

program sandbox::beside_it(const std::string& name, std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), std::filesystem::path{program_path()}.replace_filename(name).string());
  return in_here(std::move(arguments));
}

program sandbox::library_user(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), CLUSTER_STORE_TEST_USER);
  return in_here(std::move(arguments));
}

std::string sandbox::write_file(const std::string& name, std::string_view content) const {
  const auto where = path(name);
  std::ofstream{where, std::ios::binary} << content;
  std::filesystem::permissions(where,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return where;
}

} // namespace cluster_store::tests
