#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/tests/tidy/source_tree.hpp>

namespace cluster_store::tidy {

/// A row of the table of wings: where it stands, and which other wings its files may include.
struct wing_row {
  std::size_t line = 0;
  std::set<std::string, std::less<>> may_include;
};

/// @returns the wing that a file of `actors/` belongs to, as the table calls it; empty for the public words,
///   which all may use.
std::string_view wing_of(std::string_view path);

/// @returns the table of wings in the text of docs/ARCHITECTURE.md.
std::map<std::string, wing_row, std::less<>> wings_in(std::string_view architecture);

/// Compares that table with the includes of `actors/`: no file includes more than its row says, no row says
/// more than is included, and every arrow leads to a row further down, so that there is no circle.
std::vector<finding> check_wings(const std::vector<source_file>& tree);

inline constexpr std::size_t rooms_max = 15;

/// Checks that no folder of the program has more than `rooms_max` rooms, each a header, a source, or both.
std::vector<finding> check_rooms(const std::vector<source_file>& tree);

} // namespace cluster_store::tidy
