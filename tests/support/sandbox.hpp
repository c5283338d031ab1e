#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/tests/support/process.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

namespace cluster_store::tests {

/// What the programs of one test see of the machine: a home, a runtime directory and a secret of their own.
class sandbox {
public:
  sandbox();

  /// @returns `cluster-store` with `arguments`, to be run in this sandbox.
  program cluster_store(std::vector<std::string> arguments) const;

  /// @returns the program `name` of the same directory, to be run in this sandbox.
  program beside_it(const std::string& name, std::vector<std::string> arguments) const;

  /// @returns a program that uses the library (tests/support/library_user.cpp).
  program library_user(std::vector<std::string> arguments) const;

  /// @returns a path in the sandbox where nothing is yet.
  std::string path(const std::string& name) const { return directory_ / name; }

  /// Writes a file, with mode 0600. @returns its path.
  std::string write_file(const std::string& name, std::string_view content) const;

  /// File with the secret of this sandbox's masters.
  const std::string& secret_file() const noexcept { return secret_file_; }

private:
  program in_here(std::vector<std::string> arguments) const;

  temporary_directory directory_;
  std::string secret_file_;
};

} // namespace cluster_store::tests
