#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cluster_store::fuzz {

/// One committed input of a target.
struct corpus_entry {
  std::string name; ///< Of its file, without the extension.
  std::string bytes;
};

/// Reads `directory/TARGET/*`: `.txt` as it is but for the newline at its end, `.hex` as pairs of hexadecimal
/// digits with white space between them and comments from `#` to the end of the line.
/// @throws std::runtime_error naming a file that is neither or is not readable.
std::vector<corpus_entry> read_corpus(const std::filesystem::path& directory, std::string_view target);

} // namespace cluster_store::fuzz
