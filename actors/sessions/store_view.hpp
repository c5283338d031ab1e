#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include <cluster_store/actors/sessions/logout_guard.hpp>
#include <cluster_store/actors/sessions/overlay.hpp>
#include <cluster_store/backends/backend.hpp>

namespace cluster_store::actors {

/// What an operation sees of a store, and how it changes it: sessions through the overlay of its group, the
/// counters that are part of the data, and the time. Pure; one thread; for the time of one group.
class store_view {
public:
  /// Counters that are part of the data.
  struct counters {
    version_number version = 0;
    std::int64_t sessions = 0;

    friend bool operator==(const counters&, const counters&) = default;
  };

  /// What a view looks at; all of it outlives the view.
  struct parts {
    session_overlay& sessions;
    logout_guard& guard;
    backends::backend& engine;
    backends::commit& staged;
    counters& counts;
    const std::optional<error>& read_only;
    std::optional<time_to_live> ttl_default;
  };

  explicit store_view(const parts& of) : of_(of) {}

  /// A group begins.
  void begin(wall_time now) noexcept { now_ = now; }

  wall_time now() const noexcept { return now_; }
  std::optional<time_to_live> ttl_default() const noexcept { return of_.ttl_default; }
  const logout_guard& guard() const noexcept { return of_.guard; }
  backends::backend& engine() noexcept { return of_.engine; }

  /// @returns why the engine cannot write now, or nothing.
  const std::optional<error>& read_only() const noexcept { return of_.read_only; }

  /// @returns a session as the group sees it. @pre the operation has it among its ids.
  session_overlay::slot& at(std::string_view id) { return of_.sessions.at(id); }

  /// @returns the session `id` if it lives; a view that holds until the group ends.
  /// @errors why its record cannot be read.
  result<std::optional<session_view>> read(std::string_view id);

  void put(session_overlay::slot& where, const backends::record& content) {
    of_.sessions.put(where, content);
  }

  void touch(session_overlay::slot& where, std::optional<wall_time> expires_at,
             std::optional<time_to_live> ttl) {
    of_.sessions.touch(where, expires_at, ttl);
  }

  /// Removes a session, also one that has expired, and lets the guard know; of one that was destroyed before
  /// it knows anew, of an id that nobody had it need not.
  /// @returns whether there was one.
  bool destroy(session_overlay::slot& where);

  /// @returns `content` with texts of its own, for another session.
  backends::record kept(backends::record content);

  /// Removes everything, what the group has stored before as well.
  void clear();

  version_number next_version() noexcept { return ++of_.counts.version; }

  /// @returns how many sessions are stored, with what is staged.
  std::uint64_t stored() const noexcept {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, of_.counts.sessions + of_.sessions.growth()));
  }

  /// @returns the end of a life of `ttl` from now, which no absolute limit lies before.
  std::optional<wall_time> expiry(std::optional<time_to_live> ttl, std::optional<wall_time> limit) const;

  std::optional<time_to_live> ttl_left(const backends::record& content) const;

private:
  parts of_;
  wall_time now_{};
};

} // namespace cluster_store::actors
