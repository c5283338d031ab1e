#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/apps/bench/workload.hpp>

namespace CLI {
class App;
}

namespace cluster_store::apps {

/// What a measurement compares the store with.
enum class peer_kind : std::uint8_t { none, redis, rocksdb };

/// Which processors the processes may use: all; servers the first one and clients the second one; all the
/// first.
enum class pinning : std::uint8_t { none, apart, together };

/// @returns the name of a pinning, as in `--pin`.
std::string name_of(pinning how);

/// What the flags of cluster-store-bench say; docs/performance.md describes them.
struct bench_settings {
  load_settings load;
  std::string mode = "worker"; ///< worker or standalone.
  std::string backend = "memory:";
  std::string transport = "unix"; ///< unix or tcp.
  std::string connect;            ///< Endpoint of a running master; empty = one is started.
  std::string store = "default";
  std::string secret_file;
  std::string tls_authority_file;
  std::uint32_t workers = 1; ///< Processes that put load on the store; 1–8.
  std::uint32_t rounds = 5;  ///< 1–1 000.
  std::chrono::milliseconds round{2'000};
  std::chrono::milliseconds warm_up{1'000};
  peer_kind versus = peer_kind::none;
  pinning pin = pinning::none;
  std::string plot_file; ///< SVG to write; empty = none.
  bool json = false;

  /// Above 0: this process is one of several workers, which does what it reads from its standard input.
  std::uint32_t member = 0;

  /// @returns the most operations in flight that any round has.
  std::uint32_t in_flight_max() const;
};

/// The most operations in flight of `--plot`, which sweeps the powers of two up to it.
inline constexpr std::uint32_t sweep_in_flight_max = 4'096;

/// Checks what one flag alone cannot know. Pure.
/// @errors `invalid_argument` saying which flags do not go together and what to do.
result<void> check_settings(const bench_settings& how);

/// The options of the program, on their way into settings.
class bench_options {
public:
  /// Adds them all. @pre this object outlives the parsing.
  explicit bench_options(CLI::App& program);

  /// @returns what was parsed. @errors as of `check_settings`.
  result<bench_settings> read() const;

private:
  void add_load(CLI::App& program);
  void add_subject(CLI::App& program);
  void add_comparison(CLI::App& program);

  bench_settings how_;
  std::string workload_ = "get";
  std::string distribution_ = "uniform";
  std::string round_ = "2s";
  std::string warm_up_ = "1s";
  std::string versus_ = "none";
  std::string pin_ = "none";
};

/// What reading the command line ended with.
struct command_line {
  bench_settings how;
  std::optional<int> exit_code; ///< Set: help was printed, or what is wrong; the program ends with it.
};

/// Reads the words after the program's name and prints what is to be said about them.
command_line parse_command_line(const std::vector<std::string>& words);

} // namespace cluster_store::apps
