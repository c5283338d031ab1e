#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <cluster_store/tests/support/admission.hpp>
#include <cluster_store/tests/support/socket.hpp>

namespace cluster_store::tests {

/// How strangers behave. What they send is in `attackers.cpp`.
enum class attack : std::uint8_t {
  silence,    ///< Says nothing and stays.
  leave,      ///< Closes at once.
  random,     ///< Random bytes.
  text,       ///< An HTTP request.
  bare_caf,   ///< The 32 bytes that kill an open CAF port.
  truncated,  ///< The beginning of an honest hello, then closes.
  oversized,  ///< An honest hello with 256 KiB behind it.
  damaged,    ///< An honest hello with one wrong bit.
  replayed,   ///< All that an honest worker said before.
  reflected,  ///< What the master itself said, hello and proof.
  wrong_proof ///< An honest hello and a random proof.
};

inline constexpr std::size_t attack_kinds = 11;

/// Sends what a stranger of kind `how` sends. @returns the connection, which the master will close.
stranger visit(const std::string& endpoint, attack how, const recorded_admission& overheard,
               std::mt19937_64& random);

/// Strangers of every kind at a master's door, one after the other and some at once, on a thread of this
/// process: a visit every `1 s / per_second`, and `slow` connections that say one byte of an honest hello
/// every 50 ms for as long as they are let.
class attackers {
public:
  struct settings {
    std::uint64_t per_second = 200;
    std::size_t slow = 16;
    std::uint64_t seed = 1;
  };

  /// They rest at first.
  attackers(std::string endpoint, recorded_admission overheard, const settings& how);
  ~attackers();

  void go();

  /// Stops them. @returns once all their connections are closed.
  void rest();

  std::uint64_t visits() const noexcept { return visits_; }

private:
  struct slow_one {
    stranger connection;
    std::size_t said = 0;
  };

  void work(const std::stop_token& stop);
  void drip();

  const std::string endpoint_;
  const recorded_admission overheard_;
  const settings how_;
  std::mt19937_64 random_;
  std::list<stranger> open_;
  std::list<slow_one> slow_;
  std::atomic<std::uint64_t> visits_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool active_ = false;
  bool resting_ = true;
  std::jthread thread_; ///< Last: it uses the others.
};

} // namespace cluster_store::tests
