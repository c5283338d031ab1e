#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <cluster_store/backends/clock.hpp>

namespace cluster_store::simulation {

/// What is to happen to a process, or to the world around them.
enum class happening : std::uint8_t {
  issue,            ///< A program asks for something.
  proxy_tick,       ///< Timer of a proxy.
  hello_timeout,    ///< Nobody answered hello `number`.
  link_tick,        ///< Timer of the link `other`, as in the next two.
  link_outcome,     ///< What became of the attempt `number` to connect.
  link_timeout,     ///< The attempt `number` took too long.
  delivery,         ///< The next message of lane `other` of connection `number`.
  connection_ended, ///< This end of connection `number` notices that it is over.
  store_flush,      ///< The store looks for what is queued; `number` is its run, as in the next three.
  store_committed,  ///< The engine is done.
  store_tick,       ///< Once a second.
  store_opened,     ///< The engine is open, or cannot be.
  store_restart,    ///< The supervisor tries again.
  gate_tick,        ///< Once a second.
  grant_timeout,    ///< The store did not answer the gate about `number`.
  role_tick,        ///< Timer of a role.
  role_attempt,     ///< The attempt `number` to become the master goes on.
  process_start,    ///< Somebody starts process `process`.
  process_continue, ///< Somebody continues it.
  data_lock_free,   ///< The kernel is done with a process that held the data; `number` is its claim.
  heal_lane,        ///< Lane `other` of connection `number` carries again.
  heal_engine,      ///< It is as quick and good as ever.
  fault             ///< The next fault.
};

/// One event. For a process it has the number of the life it is meant for: another life ignores it.
struct event {
  steady_time at{};
  std::uint64_t order = 0; ///< Of those at the same moment the first made comes first.
  happening what{};
  std::uint32_t process = 0;
  std::uint32_t life = 0; ///< 0: it is for the world.
  std::uint64_t number = 0;
  std::uint64_t other = 0;
};

/// Events in order of time: a binary heap. One thread.
class event_queue {
public:
  void push(event what) {
    what.order = ++pushed_;
    heap_.push_back(what);
    std::ranges::push_heap(heap_, later);
  }

  /// @pre `!empty()`
  event pop() {
    std::ranges::pop_heap(heap_, later);
    const auto out = heap_.back();
    heap_.pop_back();
    return out;
  }

  /// @pre `!empty()`
  steady_time next() const { return heap_.front().at; }
  bool empty() const noexcept { return heap_.empty(); }

private:
  static bool later(const event& left, const event& right) noexcept {
    return left.at != right.at ? left.at > right.at : left.order > right.order;
  }

  std::vector<event> heap_;
  std::uint64_t pushed_ = 0;
};

} // namespace cluster_store::simulation
