#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <cluster_store/actors/link/backoff.hpp>
#include <cluster_store/actors/proxy/pending_table.hpp>
#include <cluster_store/actors/wire/greeting.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// Ask the gate for a welcome; its answer, or why there is none, goes to `proxy_core::welcomed`.
struct say_hello {
  std::uint64_t attempt = 0;
  std::string bytes;
};

/// Send this batch to the store actor of the last welcome.
struct send_batch {
  std::string bytes;
};

/// Send this farewell to the store actor of the last welcome.
struct say_bye {
  std::string bytes;
};

/// The store can be used. Alternates with `disconnected`.
struct connected {
  std::uint32_t capabilities = 0; ///< Bits of `operations::description::capability`.
  session_limits limits;
};

/// The store can not be used for now, and why.
struct disconnected {
  error reason;
};

/// An attempt to connect failed; another follows by itself. What a waiting `open` may want to report.
struct attempt_failed {
  error reason;
};

/// What a proxy does, without an actor, a clock or a thread: the client's side of DESIGN "Once".
///
/// Takes operations, what the other side said, and the time; calls completions, and leaves what is to be sent
/// in `take_effects`. One thread. The order of calls is the order of operations. `submit` only queues: call
/// `flush` after a crowd of them.
class proxy_core {
public:
  struct settings {
    std::string store = "default";
    std::string worker;
    std::uint64_t process_id = 0;
    std::uint64_t worker_number = 0; ///< Of a master's child; 0 = it is none.
    queue_limits queue;
    std::chrono::milliseconds timeout{5'000}; ///< Of every operation.
    std::optional<std::chrono::milliseconds> unavailable_after;
    bool administers = false; ///< Asks for the rights of an admin.
    std::string keeps;        ///< As `wire::hello::keeps`.
    /// Makes the proof of a hello; empty where none is needed.
    std::function<std::string(const wire::hello&)> prove;
    std::function<std::uint64_t()> random; ///< 64 random bits: client ids and jitter come from it.
  };

  using effect = std::variant<say_hello, send_batch, say_bye, connected, disconnected, attempt_failed>;

  /// How soon a store hears at the latest what an idle client has taken and does not need.
  static constexpr std::chrono::seconds report_delay{1};

  proxy_core(settings how, steady_time now);

  /// Takes an operation. Answered at once with `overloaded` if the queue is full, with `unavailable` after
  /// `close` or if the store has been away for longer than `unavailable_after`.
  void submit(std::unique_ptr<call> what, steady_time now);

  /// Sends what may be sent.
  void flush(steady_time now);

  /// There is a way to the gate. @param pass to show there; zero in the same process.
  void link_up(const wire::token& pass, steady_time now);

  /// The way to the gate is gone, or an attempt to find one failed.
  void link_down(const error& why, steady_time now);

  /// The gate's answer to hello number `attempt`, or why there is none. Answers to older hellos are ignored.
  void welcomed(std::uint64_t attempt, result<wire::welcome>&& answer, steady_time now);

  /// @returns whether `welcomed(attempt, …)` would be heeded.
  bool awaits(std::uint64_t attempt) const noexcept {
    return state_ == state::greeting && attempt == attempt_;
  }

  /// A results frame. Frames of other tickets, and results of operations that are not in flight, are ignored.
  void results(std::string_view bytes, steady_time now);

  /// The store actor of the last welcome ended.
  /// @param died false if only the way to it is gone.
  void store_lost(bool died, steady_time now);

  /// Does what is due. Call it at `next_wakeup()`.
  void tick(steady_time now);

  /// Answers everything and takes nothing more. @param why for the messages of the errors.
  void close(const std::string& why = "the handle was closed");

  /// @returns when `tick` is needed next.
  std::optional<steady_time> next_wakeup();

  std::vector<effect> take_effects() { return std::exchange(effects_, {}); }

  std::size_t pending() const noexcept { return table_.size(); }
  std::size_t pending_bytes() const noexcept { return table_.bytes(); }
  const backends::client_id& client() const noexcept { return terms_.client; }

private:
  friend backends::invariants;

  enum class state : std::uint8_t {
    away,     ///< No way to the gate.
    waiting,  ///< Until `retry_at_`, for the next hello.
    greeting, ///< A hello is out.
    ready,    ///< Welcomed.
    closed
  };

  void new_client();
  void greet();
  void greet_later(steady_time now);
  void fail_attempt(error why, steady_time now);
  void lose(error why, bool store_died, steady_time now);
  bool continues(const wire::welcome& answer) const;
  void start(const wire::welcome& answer, steady_time now);
  void start_as_new_client(const wire::welcome& answer, steady_time now);
  void expire(steady_time now);
  error unsent_error() const;
  void report_if_due(steady_time now);
  std::size_t check_invariants() const;
  void check_effects() const;

  settings settings_;
  pending_table table_;
  std::vector<effect> effects_;
  state state_ = state::away;
  wire::token pass_{};
  std::uint64_t attempt_ = 0;
  pending_table::terms terms_;             ///< Of the last welcome.
  std::optional<wire::token> incarnation_; ///< Of the store this client id was first welcomed by.
  backoff backoff_;
  steady_time retry_at_{};
  std::optional<steady_time> report_at_; ///< When the store hears what has not been urgent.
  bool connected_ = false;
  steady_time disconnected_since_;
  error last_failure_{errc::unavailable, "no connection to the store yet"};
};

} // namespace cluster_store::actors
