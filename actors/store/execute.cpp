#include <cluster_store/actors/store/core.hpp>

#include <algorithm>

namespace cluster_store::actors {

namespace {

constexpr std::uint32_t rows_max = 10'000;
constexpr std::size_t page_bytes_max = 512 * 1024;

std::optional<time_to_live> ttl_left(const backends::record& content, wall_time now) {
  if (!content.expires_at)
    return std::nullopt;
  return *content.expires_at - now;
}

/// The end of a life of `ttl` from `now`, which no absolute limit lies before.
std::optional<wall_time> expiry(std::optional<time_to_live> ttl, std::optional<wall_time> limit,
                                wall_time now) {
  if (!ttl)
    return limit;
  const auto end = end_of_life(now, *ttl);
  return limit ? std::min(*limit, end) : end;
}

result<void> check_condition(const wire::condition& when, const session_overlay::slot& slot, bool lives) {
  using kind = wire::condition::kind;
  if (when.what == kind::none)
    return {};
  if (slot.problem)
    return tl::unexpected{*slot.problem};
  if (when.what == kind::seen && !(lives && slot.content->born <= when.version))
    return fail(errc::conflict,
                "the session was destroyed, or created anew, since it was seen: log in again");
  const auto version = lives ? slot.content->version : 0;
  if (when.what == kind::if_version && version != when.version)
    return fail(errc::conflict, "the session has version " + std::to_string(version) + ", not "
                                    + std::to_string(when.version) + ": read it again");
  return {};
}

wire::answer answer_of(const wire::operation& what) {
  wire::answer out;
  out.what = what.what;
  return out;
}

} // namespace

result<void> store_core::check(const client_state& client, const wire::operation& what) const {
  if (what.what == wire::op::clear && client.allowed != rights::administer)
    return fail(errc::unauthorized, "clear needs the role admin here: connect with the admin secret");
  if (what.what == wire::op::all && (what.rows_max == 0 || what.rows_max > rows_max))
    return fail(errc::invalid_argument, "a page of " + std::to_string(what.rows_max)
                                            + " sessions was asked for: ask for 1 to "
                                            + std::to_string(rows_max));
  if (what.what == wire::op::length || what.what == wire::op::clear || what.what == wire::op::all)
    return {};
  auto checked = check_id(what.id, options_.limits);
  if (checked && what.what == wire::op::regenerate)
    checked = check_id(what.target, options_.limits);
  if (checked && what.ttl)
    checked = check_ttl(*what.ttl);
  return checked ? check_data(what.data, options_.limits) : checked;
}

void store_core::execute(client_state& client, const wire::operation& what, wall_time now) {
  if (wire::is_mutation(what.what) && answer_repeated(client, what))
    return;
  if (what.what == wire::op::get)
    return get(client, what, now);
  if (read_only_ && wire::is_mutation(what.what)) {
    replies_.add(client,
                 [&](std::string& out) { wire::append_result(what.seq, tl::unexpected{*read_only_}, out); });
    return;
  }
  answer(client, what, perform(what, now));
}

bool store_core::answer_repeated(client_state& client, const wire::operation& what) {
  if (what.seq > client.highest())
    return false;
  const auto known = client.recall(what.seq);
  replies_.add(client, [&](std::string& out) {
    if (known)
      out += *known;
    else
      wire::append_result(what.seq,
                          fail(errc::outcome_unknown, "the result of operation " + std::to_string(what.seq)
                                                          + " is no longer remembered: read the session"),
                          out);
  });
  return true;
}

void store_core::answer(client_state& client, const wire::operation& what,
                        const result<wire::answer>& outcome) {
  const auto coded =
      replies_.add(client, [&](std::string& out) { wire::append_result(what.seq, outcome, out); });
  if (wire::is_mutation(what.what))
    clients_.stage(client, what.seq, coded);
}

result<wire::answer> store_core::perform(const wire::operation& what, wall_time now) {
  switch (what.what) {
  case wire::op::set:
    return set(what, now);
  case wire::op::touch:
    return touch(what, now);
  case wire::op::destroy:
    return destroy(what, now);
  case wire::op::regenerate:
    return regenerate(what, now);
  case wire::op::all:
    return list(what, now);
  case wire::op::clear:
    return clear();
  case wire::op::length:
    return length(now);
  case wire::op::get:
    break;
  }
  return answer_of(what);
}

/// The most frequent operation: its data goes from the engine's memory into the frame, once.
void store_core::get(client_state& client, const wire::operation& what, wall_time now) {
  const auto& slot = overlay_.at(what.id);
  if (slot.problem)
    return answer(client, what, tl::unexpected{*slot.problem});
  if (!slot.lives(now))
    return answer(client, what, answer_of(what));
  replies_.add(client, [&](std::string& out) {
    wire::append_found(what.seq, slot.content->version, ttl_left(*slot.content, now), slot.content->data,
                       out);
  });
}

/// A save that does not say what it has seen may be older than the logout.
result<void> store_core::check_guard(const wire::operation& what, bool lives, wall_time now) const {
  if (lives || what.when.what != wire::condition::kind::none)
    return {};
  const auto destroyed = guard_.is_destroyed(what.id, now);
  if (!destroyed)
    return tl::unexpected{destroyed.error()};
  if (*destroyed)
    return fail(errc::conflict,
                "the session was destroyed, and this store does not let a save undo that: log in "
                "again with a new session id");
  return {};
}

/// Also of a session that is not there any more, so that the guard knows.
void store_core::destroy(session_overlay::slot& slot) {
  if (slot.problem || slot.content)
    overlay_.erase(slot);
  guard_.destroyed(slot.id);
}

result<wire::answer> store_core::set(const wire::operation& what, wall_time now) {
  auto& slot = overlay_.at(what.id);
  const auto lives = slot.lives(now);
  if (auto holds = check_condition(what.when, slot, lives); !holds)
    return tl::unexpected{holds.error()};
  if (auto allowed = check_guard(what, lives, now); !allowed)
    return tl::unexpected{allowed.error()};
  auto out = answer_of(what);
  out.content.version = ++counters_.version;
  backends::record content = lives ? *slot.content : backends::record{};
  content.version = out.content.version;
  content.data = what.data;
  content.codec = 0;
  content.ttl = what.ttl ? what.ttl : options_.ttl_default;
  if (!lives) {
    content.born = content.version;
    content.created_at = now;
  }
  content.expires_at = expiry(content.ttl, content.absolute_expires_at, now);
  if (content.expires_at && *content.expires_at <= now)
    destroy(slot);
  else
    overlay_.put(slot, content);
  return out;
}

result<wire::answer> store_core::touch(const wire::operation& what, wall_time now) {
  auto& slot = overlay_.at(what.id);
  if (slot.problem)
    return tl::unexpected{*slot.problem};
  auto out = answer_of(what);
  out.found = slot.lives(now);
  if (!out.found)
    return out;
  const auto ttl = what.ttl ? what.ttl : slot.content->ttl;
  const auto expires_at = expiry(ttl, slot.content->absolute_expires_at, now);
  if (expires_at && *expires_at <= now)
    destroy(slot);
  else
    overlay_.touch(slot, expires_at, ttl);
  return out;
}

result<wire::answer> store_core::destroy(const wire::operation& what, wall_time now) {
  auto& slot = overlay_.at(what.id);
  auto out = answer_of(what);
  out.found = slot.problem || slot.lives(now);
  destroy(slot);
  return out;
}

result<wire::answer> store_core::regenerate(const wire::operation& what, wall_time now) {
  auto& from = overlay_.at(what.id);
  auto& to = overlay_.at(what.target);
  if (from.problem || to.problem)
    return tl::unexpected{from.problem ? *from.problem : *to.problem};
  auto out = answer_of(what);
  out.found = from.lives(now);
  if (!out.found)
    return out;
  if (to.lives(now))
    return fail(errc::conflict, "the new session id is taken: choose another random id");
  auto content = *from.content;
  content.version = content.born = out.content.version = ++counters_.version;
  content.data = overlay_.keep(content.data);
  content.user = overlay_.keep(content.user);
  content.extensions = overlay_.keep(content.extensions);
  destroy(from);
  overlay_.put(to, content);
  return out;
}

result<wire::answer> store_core::list(const wire::operation& what, wall_time now) {
  auto page = engine_->scan({what.cursor, what.prefix, what.rows_max, page_bytes_max});
  if (!page)
    return tl::unexpected{page.error()};
  auto out = answer_of(what);
  out.cursor = std::move(page->cursor);
  for (auto& row : page->rows) {
    // A row that cannot be read is left out here; reading it by its id says what is wrong with it.
    if (!row.content || (row.content->expires_at && *row.content->expires_at <= now))
      continue;
    out.sessions.push_back(
        {std::move(row.id),
         {std::string{row.content->data}, row.content->version, ttl_left(*row.content, now)}});
  }
  return out;
}

result<wire::answer> store_core::length(wall_time now) {
  // What is due was swept before, unless the engine cannot write now.
  if (read_only_)
    if (const auto rows = engine_->due(now, 1); !rows || !rows->empty())
      return tl::unexpected{*read_only_};
  wire::answer out;
  out.what = wire::op::length;
  out.count = figures().sessions;
  return out;
}

result<wire::answer> store_core::clear() {
  wire::answer out;
  out.what = wire::op::clear;
  out.count = figures().sessions;
  staged_.clear = true;
  counters_.sessions = 0;
  return out;
}

} // namespace cluster_store::actors
