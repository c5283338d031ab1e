// cluster-store-simulate [--minutes N] [--seed N] …: long runs of the simulator.

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include <unistd.h>

#include <cluster_store/tests/simulation/profile.hpp>
#include <cluster_store/tests/simulation/simulation.hpp>

namespace {

using namespace cluster_store::simulation;
using std::chrono::steady_clock;

/// One in so many seeds is also searched for an order of its calls.
constexpr std::uint64_t search_interval = 16;

char seed_text[32] = "?\n"; ///< Of the run that is on, for a handler of signals.

/// An assertion of a core ends the process: the seed must be known then, too.
void tell_seed(int) {
  constexpr std::string_view head = "cluster-store-simulate: aborted with seed ";
  static_cast<void>(!::write(STDERR_FILENO, head.data(), head.size()));
  static_cast<void>(!::write(STDERR_FILENO, seed_text, std::string_view{seed_text}.size()));
}

int usage() {
  std::fputs("Usage: cluster-store-simulate [MINUTES] [SEED]\n"
             "Runs seeds from SEED on (another one each time) for so many minutes (1); 0 runs SEED alone.\n",
             stderr);
  return 2;
}

bool run_one(std::uint64_t seed, figures& all) {
  std::snprintf(seed_text, sizeof seed_text, "%llu\n", static_cast<unsigned long long>(seed));
  const auto done = simulate(seed, defect::none, seed % search_interval == 0);
  all.add(done.met);
  if (done.problem.empty())
    return true;
  std::printf("seed %llu: %s\n%s\nAgain: ./dev simulate 0 %llu\n", static_cast<unsigned long long>(seed),
              done.problem.c_str(), to_string(profile_of(seed)).c_str(),
              static_cast<unsigned long long>(seed));
  return false;
}

} // namespace

int main(int count, char** words) {
  char* end = nullptr;
  const double minutes = count > 1 ? std::strtod(words[1], &end) : 1;
  if (count > 3 || (count > 1 && (*end != '\0' || minutes < 0)))
    return usage();
  auto seed = count > 2 ? std::strtoull(words[2], &end, 10) : std::uint64_t{std::random_device{}()};
  if (count > 2 && *end != '\0')
    return usage();
  std::signal(SIGABRT, tell_seed);
  const auto start = steady_clock::now();
  const auto last = start
                    + std::chrono::duration_cast<steady_clock::duration>(
                        std::chrono::duration<double, std::ratio<60>>{minutes});
  auto next_word = start + std::chrono::seconds{10};
  figures all;
  std::printf("from seed %llu\n", static_cast<unsigned long long>(seed));
  bool good = true;
  do {
    good = run_one(seed++, all);
    if (const auto now = steady_clock::now(); now >= next_word) {
      std::printf("%llu seeds, %llu operations\n", static_cast<unsigned long long>(all.seeds),
                  static_cast<unsigned long long>(all.operations));
      std::fflush(stdout);
      next_word = now + std::chrono::seconds{10};
    }
  } while (good && steady_clock::now() < last);
  const std::chrono::duration<double> took = steady_clock::now() - start;
  std::printf("%s\n%.0f operations a second\n", all.text().c_str(),
              static_cast<double>(all.operations) / took.count());
  return good ? 0 : 1;
}
