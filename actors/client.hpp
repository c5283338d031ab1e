#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cluster_store/actors/options.hpp>
#include <cluster_store/backends/session.hpp>

namespace cluster_store {

/// How a session is set. Source: express-session's Store, plus versions.
struct set_options {
  /// None: the store's `ttl_default`. Zero or negative, however far: the session is destroyed.
  std::optional<time_to_live> ttl = {};

  /// Apply only if the session still lives and was created at or before this version, else `conflict`: a
  /// logout is not undone by a late save.
  std::optional<version_number> seen = {};

  /// Apply only if this is the session's version, else `conflict`; 0 = only if there is none. Not with
  /// `seen`.
  std::optional<version_number> if_version = {};
};

/// One session of a listing.
struct listed_session {
  std::string id;
  session content;
};

/// One page of a listing.
struct listing {
  std::vector<listed_session> sessions;
  std::string cursor; ///< Give it to the next call; empty = there is no more.
};

/// Which part of a listing is wanted.
struct listing_options {
  std::string cursor;            ///< Empty = from the start.
  std::string prefix;            ///< Only ids that start with it.
  std::uint32_t rows_max = 1000; ///< 1–10 000.
};

/// What a store can do; known before the handle is handed out (unless `options::lazy`).
struct capabilities {
  bool all = false;
  bool length = false;
  bool clear = false;
};

/// State of a handle's connection, for status and metrics.
struct connection_status {
  bool connected = false;
  std::uint64_t connects = 0;            ///< Welcomes so far.
  std::uint64_t disconnects = 0;         ///< Losses so far.
  std::uint64_t pending = 0;             ///< Unanswered operations now.
  std::uint64_t callback_exceptions = 0; ///< Callbacks that threw something, which is dropped, so far.
};

/// Handle of one store: the session API, the same in every mode.
///
/// Every call gets a result or a typed error within its deadline (`options::calls`, default 5 s), also when
/// the master is away. Operations of one handle apply in the order they were issued, each at most once.
///
/// Threads: all functions may be called from any thread. Each operation comes in three forms: blocking (never
/// call it from an actor or from a callback), `…_async` with a `std::future`, and with a callback. Callbacks
/// run on the proxy's thread, or on the caller's when the operation is refused at once: do not block in them.
/// In a process with a network that is the thread of all its connections: if it is held up for 6 s, they are
/// lost. For the same reason no blocking call may be made on that thread elsewhere, such as in a broker.
/// What a callback throws is dropped and counted (`connection_status::callback_exceptions`); an empty
/// callback means that nobody wants the answer. A blocking call in a callback is refused
/// (`invalid_argument`). Ownership: copies share one proxy. `close()` or the end of the last copy answers
/// what is pending with `unavailable` or, if it had been sent, `outcome_unknown`, and in the modes that own
/// the store stops it cleanly. A handle that is still open at `exit` or the return of `main` is closed then;
/// it may have static or thread storage, and what is made of it later is `unavailable`. Fork: in a forked
/// child every call on a handle of its parent is `unavailable` at once, and its end does nothing; the child
/// opens one of its own. Futures that were obtained before the fork never become ready there, and a child
/// that was forked in a callback ends (exit code 1) when it returns from that.
///
/// @errors of every operation: `overloaded` (queue full), `unavailable`, `deadline_exceeded`,
/// `outcome_unknown`,
///   `io_error`, `invalid_argument` and `too_large` for ids and data, `unsupported` if the store cannot do
///   it.
class client {
public:
  template <class T>
  using callback = std::function<void(result<T>)>;

  client() = default; ///< An empty handle, as a moved-from one: every call on it is `invalid_argument`.

  /// Reads a session. @returns nothing if there is none.
  result<std::optional<session>> get(std::string_view id);
  std::future<result<std::optional<session>>> get_async(std::string_view id);
  void get(std::string_view id, callback<std::optional<session>> done);

  /// Creates or replaces a session, its data and its expiry. @returns its new version.
  /// @errors also `conflict` if a condition of `how` does not hold.
  result<version_number> set(std::string_view id, std::string_view data, const set_options& how = {});
  std::future<result<version_number>> set_async(std::string_view id, std::string_view data,
                                                const set_options& how = {});
  void set(std::string_view id, std::string_view data, const set_options& how, callback<version_number> done);

  /// Changes only the expiry; none = the ttl it was last given. @returns false if there is no such session:
  /// touch never creates.
  result<bool> touch(std::string_view id, std::optional<time_to_live> ttl = {});
  std::future<result<bool>> touch_async(std::string_view id, std::optional<time_to_live> ttl = {});
  void touch(std::string_view id, std::optional<time_to_live> ttl, callback<bool> done);

  /// Removes a session. @returns whether there was one; removing none is not an error.
  result<bool> destroy(std::string_view id);
  std::future<result<bool>> destroy_async(std::string_view id);
  void destroy(std::string_view id, callback<bool> done);

  /// Moves a session to a new id in one commit (after a login). @returns its new version, nothing if there is
  /// none.
  /// @errors also `conflict` if the new id is taken.
  result<std::optional<version_number>> regenerate(std::string_view old_id, std::string_view new_id);
  std::future<result<std::optional<version_number>>> regenerate_async(std::string_view old_id,
                                                                      std::string_view new_id);
  void regenerate(std::string_view old_id, std::string_view new_id,
                  callback<std::optional<version_number>> done);

  /// One page of all live sessions. A session that lives throughout a listing appears in it exactly once.
  result<listing> all(const listing_options& which = {});
  std::future<result<listing>> all_async(const listing_options& which = {});
  void all(const listing_options& which, callback<listing> done);

  /// Counts the live sessions exactly.
  result<std::uint64_t> length();
  std::future<result<std::uint64_t>> length_async();
  void length(callback<std::uint64_t> done);

  /// Removes all sessions in one commit, and leaves no tombstones: a save that is late brings its session
  /// back also where `store_options::logout_guard` is set. @returns how many there were.
  result<std::uint64_t> clear();
  std::future<result<std::uint64_t>> clear_async();
  void clear(callback<std::uint64_t> done);

  /// What the store can do. All false while a lazy handle has not connected yet, and where calls are refused.
  cluster_store::capabilities capabilities() const;

  /// A snapshot for status pages.
  connection_status status() const;

  /// Ends the handle: says farewell to the store, answers what is pending. Idempotent; blocks at most 5 s.
  void close();

  class implementation;
  explicit client(std::shared_ptr<implementation> body) : body_(std::move(body)) {}

  /// @returns the inside of the handle, for the parts of the library that know CAF.
  const std::shared_ptr<implementation>& body() const noexcept { return body_; }

private:
  std::shared_ptr<implementation> body_;
};

/// Opens a store in an actor system of its own.
///
/// Blocks: standalone and master until the engine is open, worker until the first welcome
/// (`connect_timeout`), unless `lazy`. Closed descriptors 0–2 are filled first
/// (backends/standard_streams.hpp).
/// @errors `invalid_argument` for bad options, what the engine says, `io_error` if there is no room for
///   its threads, descriptors or memory, `unavailable` if the endpoint is taken
/// (master) or
///   nobody answers there (worker), `unauthorized`, `version_mismatch`, `not_admitted`.
result<client> open(const options& how);

} // namespace cluster_store
