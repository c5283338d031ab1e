#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include <cluster_store/actors/proxy/shared_submissions.hpp>
#include <cluster_store/actors/proxy/store_facts.hpp>
#include <cluster_store/actors/runtime/callback.hpp>
#include <cluster_store/actors/status.hpp>

namespace cluster_store::actors {

/// What a proxy shares with the handles that use it: operations go one way, what is known of the connection
/// the other.
///
/// Threads: all functions may be called from any thread; the ones that begin with `note_` are the proxy's.
class handle_state {
public:
  handle_state(const queue_limits& limits, mode role) : queue(limits) {
    status_.role = role;
    status_.role_since = std::chrono::system_clock::now();
  }

  submissions queue;

  /// Waits for the first welcome, or for a failure that waiting does not mend.
  /// @errors the last failure; `unavailable` with it once `timeout` is over.
  result<void> await_welcome(std::chrono::milliseconds timeout) {
    std::unique_lock lock{mutex_};
    const auto settled = [this] { return known_.load(std::memory_order_relaxed) || terminal_; };
    if (!changed_.wait_for(lock, timeout, settled))
      return tl::unexpected<error>{
          last_failure_.value_or(error{errc::unavailable, "the store did not answer in time"})};
    if (!known_.load(std::memory_order_relaxed))
      return tl::unexpected<error>{*last_failure_};
    return {};
  }

  /// Costs no lock: every operation looks here.
  store_facts facts() const noexcept {
    store_facts out;
    if (!known_.load(std::memory_order_acquire))
      return out;
    out.known = true;
    out.capabilities = capabilities_.load(std::memory_order_relaxed);
    out.limits = {id_bytes_max_.load(std::memory_order_relaxed),
                  data_bytes_max_.load(std::memory_order_relaxed)};
    return out;
  }

  /// Counts a callback that threw something. @param well what `call_back` says.
  void count_callback(bool well) noexcept {
    if (!well)
      callback_exceptions_.fetch_add(1, std::memory_order_relaxed);
  }

  connection_status status() const {
    const std::lock_guard lock{mutex_};
    auto out = status_;
    out.pending = pending_.load(std::memory_order_relaxed);
    out.callback_exceptions = callback_exceptions_.load(std::memory_order_relaxed);
    return out;
  }

  void note_connected(std::uint32_t capabilities, const session_limits& limits) {
    const std::lock_guard lock{mutex_};
    capabilities_.store(capabilities, std::memory_order_relaxed);
    id_bytes_max_.store(limits.id_bytes_max, std::memory_order_relaxed);
    data_bytes_max_.store(limits.data_bytes_max, std::memory_order_relaxed);
    known_.store(true, std::memory_order_release);
    status_.connected = true;
    ++status_.connects;
    changed_.notify_all();
  }

  /// @returns whether it is another role than before.
  bool note_role(mode role) {
    const std::lock_guard lock{mutex_};
    const bool is_new = std::exchange(status_.role, role) != role;
    if (is_new)
      status_.role_since = std::chrono::system_clock::now();
    return is_new;
  }

  void note_disconnected() {
    const std::lock_guard lock{mutex_};
    status_.connected = false;
    ++status_.disconnects;
  }

  void note_failure(const error& why, bool terminal) {
    const std::lock_guard lock{mutex_};
    last_failure_ = why;
    terminal_ = terminal;
    changed_.notify_all();
  }

  void note_pending(std::uint64_t operations) noexcept {
    pending_.store(operations, std::memory_order_relaxed);
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  connection_status status_;
  std::optional<error> last_failure_;
  bool terminal_ = false;
  std::atomic<bool> known_{false};
  std::atomic<std::uint32_t> capabilities_{0};
  std::atomic<std::size_t> id_bytes_max_{0};
  std::atomic<std::size_t> data_bytes_max_{0};
  std::atomic<std::uint64_t> pending_{0};
  std::atomic<std::uint64_t> callback_exceptions_{0};
};

} // namespace cluster_store::actors
