#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/backends/record.hpp>

/// The interface every engine implements, and the only thing the rest of the program knows of an engine.
namespace cluster_store::backends {

/// 128-bit random identity of one proxy, across its reconnects.
struct client_id {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const client_id&, const client_id&) = default;
};

/// What may have to hold for a write to be applied. Engines check it atomically with the write.
struct precondition {
  enum class kind : std::uint8_t { none, absent, version };

  kind what = kind::none;
  version_number version = 0; ///< For `kind::version`: the stored record's version must be this one.
};

/// One change of one session. The views are read during `apply` only; those of `content` may point into what
/// `get` returned for the same id.
struct write {
  enum class kind : std::uint8_t {
    put,   ///< Store `content`, replacing what was there.
    touch, ///< As `put`, and the caller promises that only `expires_at` and `ttl` differ from what is stored.
    erase, ///< Remove the session; not an error if there is none.
  };

  kind what = kind::put;
  std::string_view id;
  record content; ///< Ignored for `erase`.
  precondition when;
};

/// What became of one write.
enum class write_outcome : std::uint8_t { applied, precondition_failed };

/// One row of the expiry index: `id` may be due at `due_at`. Rows may be stale; whoever reads them verifies.
struct expiry_row {
  wall_time due_at{};
  std::string id;

  friend auto operator<=>(const expiry_row&, const expiry_row&) = default;
};

/// One row of the client table: opaque bytes under (client, number), ordered by both.
struct client_row {
  client_id client;
  std::uint64_t number = 0;
  std::string value;

  friend bool operator==(const client_row&, const client_row&) = default;
};

/// Removes every row of `client` with a number up to and including `up_to`.
struct client_erase {
  client_id client;
  std::uint64_t up_to = 0;
};

/// One row of the opaque, ordered system table (counters, user index, tombstones, admissions).
struct system_row {
  std::string key;
  std::optional<std::string> value; ///< None removes the row.

  friend bool operator==(const system_row&, const system_row&) = default;
};

/// Everything one `apply` changes. In the order of the members: `clear` first.
struct commit {
  bool clear = false;                      ///< Remove all sessions and the whole expiry index.
  std::vector<write> writes;               ///< Applied in order; an id may occur more than once.
  std::vector<expiry_row> swept;           ///< Rows of the expiry index that are settled and go away.
  std::vector<client_erase> client_erases; ///< Applied before `client_rows`.
  std::vector<client_row> client_rows;
  std::vector<system_row> system_rows;

  bool empty() const noexcept {
    return !clear && writes.empty() && swept.empty() && client_erases.empty() && client_rows.empty()
           && system_rows.empty();
  }

  /// Makes it empty, and keeps its memory for the next one.
  void reset() noexcept {
    clear = false;
    writes.clear();
    swept.clear();
    client_erases.clear();
    client_rows.clear();
    system_rows.clear();
  }
};

/// Answer of a multi-get, and how much of one is wanted.
/// The views in `rows` stay valid until `pins` is released, the object is reused, or the next `apply` or
/// destruction of the backend, whichever comes first.
struct reads {
  /// Set by the caller: an engine that copies or keeps what it reads may end where the rows have, or it
  /// expects, so many bytes of data. They are those of the first ids then, one at least.
  std::size_t bytes_max = SIZE_MAX;
  std::vector<result<std::optional<record>>> rows; ///< One an id, in order; none = no such session.
  std::shared_ptr<void> pins;                      ///< Whatever the engine keeps alive for the views.
};

/// Where a listing goes on and how much of it is wanted.
struct scan_request {
  std::string_view cursor = {}; ///< Empty = from the start; otherwise a former page's `cursor`.
  std::string_view prefix = {}; ///< Only ids that start with it; empty = all.
  std::size_t rows_max = 1000;  ///< 1–10 000.
  std::size_t data_bytes_max =
      1u << 20; ///< The page ends once its data reaches this; at least one row is given.
};

/// One session of a page; `corrupt` rows keep their id.
struct scan_row {
  std::string id;
  result<record> content; ///< Views as in `reads`.
};

/// One page of a listing. A session that lives throughout a listing appears in it exactly once. A page may be
/// empty and still have a cursor (the engine looked at enough rows for one call).
struct page {
  std::vector<scan_row> rows;
  std::string cursor; ///< Opaque position after the last row; empty = there is no more.
  std::shared_ptr<void> pins;
};

/// What an engine is. Constant for one backend object.
struct traits {
  enum class atomicity : std::uint8_t {
    commit, ///< A commit is applied as a whole or not at all.
    session ///< Each write by itself.
  };
  enum class counting : std::uint8_t {
    exact, ///< `length` is O(1).
    scan   ///< `length` is O(n).
  };
  enum class syncing : std::uint8_t {
    always,   ///< `apply` returns when the commit survives a power cut.
    interval, ///< Somebody calls `sync` every second.
    never     ///< The operating system decides.
  };

  std::string_view engine;              ///< Scheme of its URI.
  bool durable = false;                 ///< Survives the end of the process.
  atomicity atomic = atomicity::commit; ///< What a crash or an error can leave half done.
  bool shared = false;                  ///< Other masters may write to the same data.
  bool ordered_scan = false; ///< `scan` gives ids in byte order and finds a prefix without a full scan.
  bool native_ttl = false;   ///< The engine removes expired sessions itself.
  counting length = counting::exact; ///< Cost of `length`.
  syncing sync = syncing::never;     ///< Meaningless where not durable.
  /// Calls may wait for a disk or a network: give it a thread of its own. Otherwise they hold up the thread
  /// that serves all connections.
  bool may_block = false;
};

/// A store's engine.
///
/// Keeps sessions (id → record), an expiry index, client rows and system rows, and changes all of them
/// together in `apply`. It neither reads clocks nor judges expiry: an expired record is returned like any
/// other.
///
/// Threads: not thread-safe; one thread at a time, any thread. May block if `traits().may_block`.
/// Ownership: whatever it opened is closed by the destructor.
///
/// Errors, for every function: `io_error` (nothing was changed), `outcome_unknown` (the engine cannot tell),
/// `corrupt` (for the row in question). Exceptions never leave an engine. After any error, `broken()` tells
/// whether this object is still of use.
class backend {
public:
  backend() = default;
  backend(const backend&) = delete;
  backend& operator=(const backend&) = delete;
  virtual ~backend() = default;

  /// @returns what this engine is; the same for the life of the object.
  virtual const backends::traits& traits() const noexcept = 0;

  /// Reads many sessions at once.
  /// @param out is overwritten, but for its `bytes_max`. @post `out.rows.size() == ids.size()` unless it
  /// fails as a whole or ends early because of `bytes_max`.
  virtual result<void> get(std::span<const std::string_view> ids, reads& out) = 0;

  /// Applies a commit: as a whole if `traits().atomic == commit`. With `syncing::always` it returns when
  /// everything would survive a power cut.
  /// @returns one result per element of `changes.writes`, in order. A failed precondition skips that write
  /// alone.
  virtual result<std::vector<result<write_outcome>>> apply(const commit& changes) = 0;

  /// One page of all sessions, in the engine's order.
  /// @errors `invalid_argument` if the cursor is not one of this engine's.
  virtual result<page> scan(const scan_request& request) = 0;

  /// The first rows of the expiry index with `due_at <= now`, oldest first, at most `rows_max`.
  /// Every stored session with an expiry has a row at its `expires_at`; rows of former expiries may still be
  /// there.
  virtual result<std::vector<expiry_row>> due(wall_time now, std::size_t rows_max) = 0;

  /// How many sessions are stored, expired ones included.
  virtual result<std::uint64_t> length() = 0;

  /// The whole client table, ordered by client and number.
  virtual result<std::vector<client_row>> client_rows() = 0;

  /// System rows with `first <= key` and, unless `last` is empty, `key < last`, in byte order, at most
  /// `rows_max`.
  virtual result<std::vector<system_row>> system_rows(std::string_view first, std::string_view last,
                                                      std::size_t rows_max) = 0;

  /// Makes everything applied so far survive a power cut. No-op where not durable or always synced.
  virtual result<void> sync() = 0;

  /// @returns whether this object can do no more and must be destroyed and opened anew.
  virtual bool broken() const noexcept = 0;
};

} // namespace cluster_store::backends
