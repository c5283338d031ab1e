// Writes the committed corpus as libFuzzer wants it: cluster-store-fuzz-corpus CORPUS DIRECTORY makes
// DIRECTORY/TARGET/NAME, one file of plain bytes for each input.

#include <exception>
#include <fstream>
#include <iostream>

#include <cluster_store/tests/fuzz/corpus.hpp>
#include <cluster_store/tests/fuzz/targets.hpp>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "Usage: cluster-store-fuzz-corpus CORPUS DIRECTORY\n";
    return 2;
  }
  try {
    for (const auto& target : cluster_store::fuzz::targets) {
      const auto folder = std::filesystem::path{argv[2]} / target.name;
      std::filesystem::create_directories(folder);
      for (const auto& [name, bytes] : cluster_store::fuzz::read_corpus(argv[1], target.name))
        if (std::ofstream out{folder / name, std::ios::binary}; !(out << bytes))
          throw std::runtime_error{"cannot write to " + folder.string()};
    }
  } catch (const std::exception& problem) {
    std::cerr << "cluster-store-fuzz-corpus: " << problem.what() << '\n';
    return 5;
  }
  return 0;
}
