#include <cluster_store/tests/tidy/source_tree.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace cluster_store::tidy {

namespace {

constexpr std::array folders{"actors", "apps", "backends", "conan", "docs", "tests", ".ci"};
constexpr std::array extensions{".hpp", ".cpp", ".cmake", ".txt", ".in", ".py", ".md", ".json"};
constexpr std::array scripts{"dev", ".ci/run"};

bool is_text(const std::filesystem::path& path) {
  return std::find(extensions.begin(), extensions.end(), path.extension()) != extensions.end();
}

bool is_script(std::string_view relative) {
  return std::find(scripts.begin(), scripts.end(), relative) != scripts.end();
}

source_file read(const std::filesystem::path& root, const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw std::runtime_error("cannot read " + path.string());
  return {path.lexically_relative(root).generic_string(), {std::istreambuf_iterator<char>(in), {}}};
}

} // namespace

std::vector<line> lines_of(std::string_view text) {
  std::vector<line> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    lines.push_back({number, text.substr(0, end)});
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<source_file> read_tree(const std::filesystem::path& root) {
  std::vector<source_file> files;
  const auto take = [&](const std::filesystem::directory_entry& entry) {
    const auto relative = entry.path().lexically_relative(root).generic_string();
    if (entry.is_regular_file() && (is_text(entry.path()) || is_script(relative)))
      files.push_back(read(root, entry.path()));
  };
  for (const auto& entry : std::filesystem::directory_iterator(root))
    take(entry);
  for (const auto* folder : folders) {
    if (!std::filesystem::exists(root / folder))
      throw std::runtime_error((root / folder).string() + " is missing: is this the project's root?");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder))
      take(entry);
  }
  std::sort(files.begin(), files.end(),
            [](const source_file& a, const source_file& b) { return a.path < b.path; });
  return files;
}

bool is_cxx(std::string_view path) {
  return path.ends_with(".hpp") || path.ends_with(".cpp");
}

std::string render(const std::vector<finding>& findings) {
  std::string text;
  for (const auto& [path, line, what] : findings)
    text += path + ":" + std::to_string(line) + ": " + what + "\n";
  return text;
}

} // namespace cluster_store::tidy
