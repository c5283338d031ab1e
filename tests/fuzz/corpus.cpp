#include <cluster_store/tests/fuzz/corpus.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace cluster_store::fuzz {

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in)
    throw std::runtime_error{"cannot read " + file.string()};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string text_in(std::string content) {
  if (content.ends_with('\n'))
    content.pop_back();
  return content;
}

std::string bytes_in(const std::string& hexadecimal, const std::filesystem::path& file) {
  std::string digits;
  std::istringstream lines{hexadecimal};
  for (std::string line; std::getline(lines, line);)
    std::ranges::copy_if(line.substr(0, line.find('#')), std::back_inserter(digits),
                         [](unsigned char each) { return std::isspace(each) == 0; });
  const bool good = digits.size() % 2 == 0
                    && std::ranges::all_of(digits, [](unsigned char each) { return std::isxdigit(each); });
  if (!good)
    throw std::runtime_error{file.string() + " does not hold pairs of hexadecimal digits"};
  std::string bytes;
  for (std::size_t index = 0; index < digits.size(); index += 2)
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(index, 2), nullptr, 16)));
  return bytes;
}

} // namespace

std::vector<corpus_entry> read_corpus(const std::filesystem::path& directory, std::string_view target) {
  std::vector<corpus_entry> entries;
  for (const auto& each : std::filesystem::directory_iterator{directory / target}) {
    const auto& file = each.path();
    if (file.extension() == ".txt")
      entries.push_back({file.stem(), text_in(content_of(file))});
    else if (file.extension() == ".hex")
      entries.push_back({file.stem(), bytes_in(content_of(file), file)});
    else
      throw std::runtime_error{file.string() + " is neither .txt nor .hex"};
  }
  std::ranges::sort(entries, {}, &corpus_entry::name);
  return entries;
}

} // namespace cluster_store::fuzz
