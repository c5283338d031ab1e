#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Rules of the house that a compiler does not know, checked over the project's own files.
namespace cluster_store::tidy {

/// One text file of the project.
struct source_file {
  std::string path; ///< From the project's root, with forward slashes.
  std::string text;
};

/// One breach of a rule.
struct finding {
  std::string path;
  std::size_t line = 0; ///< From 1; 0 = the file as a whole.
  std::string what;     ///< What is wrong and what to do.

  friend bool operator==(const finding&, const finding&) = default;
};

/// A file taken apart once for all rules.
struct line {
  std::size_t number = 0; ///< From 1.
  std::string_view text;
};

/// @returns the lines of `text`, without their ends; views into `text`.
std::vector<line> lines_of(std::string_view text);

/// @returns the project's text files under `root` in byte order of their paths: sources, CMake files, scripts
/// and documents; not what a build or a version control system keeps there.
std::vector<source_file> read_tree(const std::filesystem::path& root);

/// @returns whether `path` is C++.
bool is_cxx(std::string_view path);

/// @returns a line `path:line: what` for each finding; empty if there is none.
std::string render(const std::vector<finding>& findings);

} // namespace cluster_store::tidy
