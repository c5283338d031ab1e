#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <cluster_store/actors/options.hpp>
#include <cluster_store/actors/proxy/call.hpp>
#include <cluster_store/actors/proxy/queue_room.hpp>

namespace cluster_store::actors {

/// How operations get from any thread to their proxy: a crowd of calls costs one message, because the proxy
/// is woken only when it is not going to look anyway.
///
/// Threads: `push` from any, everything else from the proxy's. Knows no CAF: `push` says when to wake.
class submissions {
public:
  explicit submissions(const queue_limits& limits) : limits_(limits) {}

  enum class verdict : std::uint8_t {
    taken, ///< The proxy will look by itself.
    wake,  ///< Taken, and the caller must wake the proxy.
    full,  ///< Not taken: answer `overloaded`.
    closed ///< Not taken: answer `unavailable`.
  };

  /// Hands over `what` if there is room for it.
  verdict push(std::unique_ptr<call>& what) {
    const auto size = what->bytes();
    const std::lock_guard lock{mutex_};
    if (closed_)
      return verdict::closed;
    if (!has_room(limits_, operations_ - finished_operations_.load(std::memory_order_relaxed),
                  bytes_ - finished_bytes_.load(std::memory_order_relaxed), size))
      return verdict::full;
    ++operations_;
    bytes_ += size;
    queue_.push_back(std::move(what));
    return std::exchange(awake_, true) ? verdict::taken : verdict::wake;
  }

  /// The proxy is at work and will call `take` before it rests.
  void awake() {
    const std::lock_guard lock{mutex_};
    awake_ = true;
  }

  /// Swaps what was pushed with `into`. @pre `into` is empty.
  /// @returns false if there was nothing: from now on `push` asks for a wake-up again.
  bool take(std::vector<std::unique_ptr<call>>& into) {
    const std::lock_guard lock{mutex_};
    into.swap(queue_);
    return awake_ = !into.empty();
  }

  /// Nothing is taken any more. What was pushed before still is in the queue.
  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }

  /// An operation that was pushed has been answered. Only from the proxy's thread.
  void finished(std::size_t size) noexcept {
    // One writer: no need for a read-modify-write instruction.
    finished_operations_.store(finished_operations_.load(std::memory_order_relaxed) + 1,
                               std::memory_order_relaxed);
    finished_bytes_.store(finished_bytes_.load(std::memory_order_relaxed) + size, std::memory_order_relaxed);
  }

private:
  const queue_limits limits_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<call>> queue_;
  std::uint64_t operations_ = 0; ///< Taken since the start.
  std::uint64_t bytes_ = 0;
  bool awake_ = false;
  bool closed_ = false;
  std::atomic<std::uint64_t> finished_operations_{0};
  std::atomic<std::uint64_t> finished_bytes_{0};
};

} // namespace cluster_store::actors
