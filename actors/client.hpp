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

#include <cluster_store/actors/operations/list.hpp>
#include <cluster_store/actors/options.hpp>
#include <cluster_store/actors/status.hpp>
#include <cluster_store/backends/session.hpp>

namespace cluster_store {

/// Which part of a listing is wanted: cursor, prefix and the most rows of a page.
using listing_options = operations::all_of<std::string>;

/// What a store can do; known before the handle is handed out (unless `options::lazy`).
struct capabilities {
  bool all = false;
  bool length = false;
  bool clear = false;
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
  using view = std::string_view;

  client() = default; ///< An empty handle, as a moved-from one: every call on it is `invalid_argument`.

  // Each operation is a value, too (actors/operations/): for programs that choose one while they run.

  template <class Operation>
  result<typename Operation::reply> call(const Operation& what);
  template <class Operation>
  std::future<result<typename Operation::reply>> call_async(const Operation& what);
  template <class Operation>
  void call(const Operation& what, callback<typename Operation::reply> done);

  /// Reads a session. @returns nothing if there is none.
  result<std::optional<session>> get(view id) { return call(operations::get_of<view>{id}); }
  auto get_async(view id) { return call_async(operations::get_of<view>{id}); }
  void get(view id, callback<std::optional<session>> done) {
    call(operations::get_of<view>{id}, std::move(done));
  }

  /// Creates or replaces a session, its data and its expiry. @returns its new version.
  /// @errors also `conflict` if a condition of `how` does not hold.
  result<version_number> set(view id, view data, const set_options& how = {}) {
    return call(operations::set_of<view>{id, data, how});
  }
  auto set_async(view id, view data, const set_options& how = {}) {
    return call_async(operations::set_of<view>{id, data, how});
  }
  void set(view id, view data, const set_options& how, callback<version_number> done) {
    call(operations::set_of<view>{id, data, how}, std::move(done));
  }

  /// Changes only the expiry; none = the ttl it was last given. @returns false if there is no such session:
  /// touch never creates.
  result<bool> touch(view id, std::optional<time_to_live> ttl = {}) {
    return call(operations::touch_of<view>{id, ttl});
  }
  auto touch_async(view id, std::optional<time_to_live> ttl = {}) {
    return call_async(operations::touch_of<view>{id, ttl});
  }
  void touch(view id, std::optional<time_to_live> ttl, callback<bool> done) {
    call(operations::touch_of<view>{id, ttl}, std::move(done));
  }

  /// Removes a session. @returns whether there was one; removing none is not an error.
  result<bool> destroy(view id) { return call(operations::destroy_of<view>{id}); }
  auto destroy_async(view id) { return call_async(operations::destroy_of<view>{id}); }
  void destroy(view id, callback<bool> done) { call(operations::destroy_of<view>{id}, std::move(done)); }

  /// Moves a session to a new id in one commit (after a login). @returns its new version, nothing if there is
  /// none.
  /// @errors also `conflict` if the new id is taken.
  result<std::optional<version_number>> regenerate(view old_id, view new_id) {
    return call(operations::regenerate_of<view>{old_id, new_id});
  }
  auto regenerate_async(view old_id, view new_id) {
    return call_async(operations::regenerate_of<view>{old_id, new_id});
  }
  void regenerate(view old_id, view new_id, callback<std::optional<version_number>> done) {
    call(operations::regenerate_of<view>{old_id, new_id}, std::move(done));
  }

  /// Reads 1–1 000 sessions as they are at one moment. @returns them in the order of the ids, nothing where
  /// there is none.
  /// @errors also `too_large` if they have more than 16 MiB of data.
  result<std::vector<std::optional<session>>> mget(std::vector<view> ids) {
    return call(operations::mget_of<view>{std::move(ids)});
  }
  auto mget_async(std::vector<view> ids) { return call_async(operations::mget_of<view>{std::move(ids)}); }
  void mget(std::vector<view> ids, callback<std::vector<std::optional<session>>> done) {
    call(operations::mget_of<view>{std::move(ids)}, std::move(done));
  }

  /// Removes 1–1 000 sessions in one commit. @returns how many of them there were.
  result<std::uint64_t> mdestroy(std::vector<view> ids) {
    return call(operations::mdestroy_of<view>{std::move(ids)});
  }
  auto mdestroy_async(std::vector<view> ids) {
    return call_async(operations::mdestroy_of<view>{std::move(ids)});
  }
  void mdestroy(std::vector<view> ids, callback<std::uint64_t> done) {
    call(operations::mdestroy_of<view>{std::move(ids)}, std::move(done));
  }

  /// One page of all live sessions. A session that lives throughout a listing appears in it exactly once.
  result<listing> all(const listing_options& which = {}) { return call(which); }
  auto all_async(const listing_options& which = {}) { return call_async(which); }
  void all(const listing_options& which, callback<listing> done) { call(which, std::move(done)); }

  /// Counts the live sessions exactly.
  result<std::uint64_t> length() { return call(operations::length_of<view>{}); }
  auto length_async() { return call_async(operations::length_of<view>{}); }
  void length(callback<std::uint64_t> done) { call(operations::length_of<view>{}, std::move(done)); }

  /// Removes all sessions in one commit, and leaves no tombstones: a save that is late brings its session
  /// back also where `store_options::logout_guard` is set. @returns how many there were.
  result<std::uint64_t> clear() { return call(operations::clear_of<view>{}); }
  auto clear_async() { return call_async(operations::clear_of<view>{}); }
  void clear(callback<std::uint64_t> done) { call(operations::clear_of<view>{}, std::move(done)); }

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
/// Blocks: standalone and master until the engine is open, worker and automatic until the first welcome
/// (`connect_timeout`), unless `lazy`. Closed descriptors 0–2 are filled first
/// (backends/standard_streams.hpp).
/// @errors `invalid_argument` for bad options, what the engine says, `io_error` if there is no room for
///   its threads, descriptors or memory, `overloaded` if this process has 256 actor systems with a network
///   (CAF tells no more apart), `unavailable` if the endpoint is taken (master) or nobody answers there
///   (worker) or the data are held by somebody else (automatic), `unauthorized`, `version_mismatch`,
///   `not_admitted`.
result<client> open(const options& how);

} // namespace cluster_store
