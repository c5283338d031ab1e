#include <cluster_store/tests/tidy/wings.hpp>

#include <algorithm>
#include <iterator>

#include <cluster_store/tests/tidy/includes.hpp>

namespace cluster_store::tidy {

namespace {

constexpr std::string_view table_path = "docs/ARCHITECTURE.md";
constexpr std::string_view actors = "actors/";
constexpr std::string_view project = "cluster_store/";

std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.rfind('/') + 1);
}

/// @returns what stands between backticks.
std::vector<std::string_view> quoted_in(std::string_view text) {
  std::vector<std::string_view> made;
  for (auto begin = text.find('`'); begin != std::string_view::npos; begin = text.find('`')) {
    text.remove_prefix(begin + 1);
    const auto end = text.find('`');
    if (end == std::string_view::npos)
      break;
    made.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return made;
}

/// @returns the cells of a row of a table; none if it is no row.
std::vector<std::string_view> cells_of(std::string_view text) {
  std::vector<std::string_view> made;
  if (!text.starts_with('|'))
    return made;
  text.remove_prefix(1);
  for (auto end = text.find('|'); end != std::string_view::npos; end = text.find('|')) {
    made.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return made;
}

struct arrow {
  std::string from;
  std::string to;

  auto operator<=>(const arrow&) const = default;
};

using wing_table = std::map<std::string, wing_row, std::less<>>;

/// Checks one file, and notes the arrows it uses.
void check_file(const source_file& file, const wing_table& table, std::set<arrow>& used,
                std::vector<finding>& findings) {
  const auto from = wing_of(file.path);
  const auto row = table.find(from);
  if (!from.empty() && row == table.end()) {
    findings.push_back(
        {file.path, 0,
         "there is no wing `" + std::string{from} + "` in the table of " + std::string{table_path}});
    return;
  }
  for (const auto& include : includes_of(file.text)) {
    const auto target = std::string_view{include.target};
    if (!target.starts_with(project) || !target.substr(project.size()).starts_with(actors))
      continue;
    const auto to = wing_of(target.substr(project.size()));
    if (to == from || to.empty())
      continue;
    if (from.empty() || !row->second.may_include.contains(to))
      findings.push_back({file.path, include.line,
                          include.target + ": " + (from.empty() ? "a public word" : std::string{from})
                              + " may not include `" + std::string{to} + "` (the table of wings in "
                              + std::string{table_path} + ")"});
    used.insert({std::string{from}, std::string{to}});
  }
}

} // namespace

std::string_view wing_of(std::string_view path) {
  constexpr std::string_view facade[] = {"actors/component", "actors/children", "actors/client",
                                         "actors/server"};
  const auto stem = path.substr(0, path.rfind('.'));
  if (std::find(std::begin(facade), std::end(facade), stem) != std::end(facade))
    return stem;
  const auto folder = folder_of(path);
  return folder == actors ? std::string_view{} : folder;
}

wing_table wings_in(std::string_view architecture) {
  wing_table table;
  for (const auto& each : lines_of(architecture)) {
    const auto cells = cells_of(each.text);
    if (cells.size() != 3)
      continue;
    const auto names = quoted_in(cells[0]);
    if (names.size() != 1 || !names[0].starts_with(actors))
      continue;
    auto& row = table[std::string{names[0]}];
    row.line = each.number;
    for (const auto& name : quoted_in(cells[2]))
      row.may_include.emplace(name);
  }
  return table;
}

std::vector<finding> check_wings(const std::vector<source_file>& tree) {
  const auto text =
      std::find_if(tree.begin(), tree.end(), [](const source_file& each) { return each.path == table_path; });
  if (text == tree.end())
    return {{std::string{table_path}, 0, "it is missing"}};
  const auto table = wings_in(text->text);
  std::vector<finding> findings;
  std::set<arrow> used;
  for (const auto& file : tree)
    if (is_cxx(file.path) && file.path.starts_with(actors))
      check_file(file, table, used, findings);
  for (const auto& [name, row] : table)
    for (const auto& other : row.may_include) {
      const auto to = table.find(other);
      if (to == table.end() || to->second.line <= row.line)
        findings.push_back(
            {std::string{table_path}, row.line, "`" + other + "` does not stand further down in the table"});
      if (!used.contains({name, other}))
        findings.push_back({std::string{table_path}, row.line,
                            "no file of `" + name + "` includes anything of `" + other + "`"});
    }
  return findings;
}

std::vector<finding> check_rooms(const std::vector<source_file>& tree) {
  std::map<std::string, std::set<std::string>> folders;
  for (const auto& file : tree)
    for (const auto* part : {"actors/", "backends/", "apps/"})
      if (is_cxx(file.path) && file.path.starts_with(part))
        folders[std::string{folder_of(file.path)}].insert(file.path.substr(0, file.path.rfind('.')));
  std::vector<finding> findings;
  for (const auto& [folder, rooms] : folders)
    if (rooms.size() > rooms_max)
      findings.push_back({folder, 0,
                          "it has " + std::to_string(rooms.size()) + " rooms, more than "
                              + std::to_string(rooms_max) + ": give some of them a folder"});
  return findings;
}

} // namespace cluster_store::tidy
