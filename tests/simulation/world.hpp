#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <cluster_store/tests/simulation/connection.hpp>
#include <cluster_store/tests/simulation/engine.hpp>
#include <cluster_store/tests/simulation/events.hpp>
#include <cluster_store/tests/simulation/figures.hpp>
#include <cluster_store/tests/simulation/ledger.hpp>
#include <cluster_store/tests/simulation/profile.hpp>
#include <cluster_store/tests/simulation/random_source.hpp>

namespace cluster_store::simulation {

/// What the doubles of processes stand on: time, chance, the network, the locks of the host that has the
/// data, and the books. One thread.
class world {
public:
  using duration = std::chrono::steady_clock::duration;

  explicit world(const profile& how);

  // -- time

  steady_time now() const noexcept { return place.now; }

  /// @returns the wall clock of the host that has the data.
  wall_time wall() const noexcept {
    return std::chrono::time_point_cast<wall_time::duration>(wall_time{} + wall_offset
                                                             + (place.now - steady_time{}));
  }

  void at(steady_time when, event what) {
    what.at = std::max(when, now());
    events.push(what);
  }
  void after(duration delay, event what) { at(now() + delay, what); }

  // -- the network

  /// Opens a connection between two processes. @param local within one.
  connection& connect(connection::end worker, connection::end master, bool local);

  /// @returns the connection, or null if nobody knows it any more.
  connection* find(std::uint64_t number);

  /// Sends a message from one end of `over` to the other.
  void send(connection& over, connection::side to, message&& what);

  /// @returns the message that arrives now, if it does.
  bool receive(connection& over, connection::side at, message& into);

  /// One end closes it, or its process ended; the other one hears of it behind what is on the way.
  void close(connection& what, connection::side by);

  /// An end has noticed that it is over. Forgets it when both have.
  void ended(connection& what, connection::side at);

  /// The network breaks it: one end or both notice some time, and what is on the way may be lost, or late.
  void cut(connection& what);

  /// Nothing arrives at one end; for a while, or for good.
  void cut_one_way(connection& what, connection::side to);

  void heal(connection& what, connection::side to);

  std::map<std::uint64_t, connection>& connections() noexcept { return connections_; }
  const std::map<std::uint64_t, connection>& connections() const noexcept { return connections_; }

  // -- locks of the host that has the data, as flock has them

  /// @returns whether `process` has the election lock now.
  bool take_election_lock(std::uint32_t process);
  void free_election_lock(std::uint32_t process);

  /// @returns a claim if the data can be opened now, else 0.
  std::uint64_t take_data_lock();
  void free_data_lock(std::uint64_t claim) { claims_.erase(claim); }
  void free_data_locks() { claims_.clear(); }

  /// @returns how many have the data open.
  std::size_t data_holders() const noexcept { return claims_.size(); }

  std::uint32_t election_holder = 0; ///< 0: nobody.

  // -- the books

  /// What contradicts the promises: the run ends.
  void fail(const std::string& what) {
    if (problem.empty())
      problem = what;
  }

  void note(std::uint64_t what) noexcept { digest = (digest ^ what) * 0x0000'0100'0000'01B3u; }

  profile how;
  random_source random;
  event_queue events;
  figures met;
  ledger books;
  engine_place place;
  std::string problem;
  std::uint64_t digest = 0xCBF2'9CE4'8422'2325u;
  std::chrono::milliseconds wall_offset{std::chrono::hours{500'000}};
  bool healing = false;          ///< There are no more faults.
  std::uint64_t runs = 0;        ///< Of stores.
  std::uint64_t last_ticket = 0; ///< The highest that was given out.
  std::uint32_t last_opener = 0; ///< The process that opened them last.

  /// The data are removed: they live no longer than their process, or the engine broke.
  void remove_data();

private:
  void reset_one_side(connection& what);
  void schedule_delivery(connection& over, connection::side to);

  std::map<std::uint64_t, connection> connections_;
  std::uint64_t last_connection_ = 0;
  std::uint64_t last_claim_ = 0;
  std::set<std::uint64_t> claims_; ///< To the data.
};

} // namespace cluster_store::simulation
