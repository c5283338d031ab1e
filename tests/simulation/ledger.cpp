#include <cluster_store/tests/simulation/ledger.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <cluster_store/actors/store/rows.hpp>

namespace cluster_store::simulation {

namespace {

std::uint32_t key_of(std::string_view id) {
  std::uint32_t out = 0;
  std::from_chars(id.data() + 1, id.data() + id.size(), out);
  return out;
}

std::uint64_t value_in(std::string_view data) {
  std::uint64_t out = 0;
  std::memcpy(&out, data.data(), std::min(sizeof out, data.size()));
  return out;
}

} // namespace

std::string ledger::id_of(std::uint32_t key) {
  return "s" + std::to_string(key);
}

ledger::ledger(const rules& how) : rules_(how), sessions_(how.keys) {}

std::uint32_t ledger::new_worker() {
  last_applied_.push_back(0);
  applied_now_.push_back(0);
  return static_cast<std::uint32_t>(last_applied_.size() - 1);
}

void ledger::fail(const std::string& what, std::uint64_t number) {
  const auto& asked = at(number);
  fail_of(asked.key, what + " (operation " + std::to_string(number) + " of worker "
                         + std::to_string(asked.worker) + ", kind "
                         + std::to_string(static_cast<int>(asked.what)) + ", asked at "
                         + std::to_string(asked.asked.time_since_epoch().count()) + ")");
}

void ledger::fail_of(std::uint32_t key, const std::string& what) {
  if (problem_.empty())
    problem_ = "session " + id_of(key) + ": " + what;
}

// -- the engine
// ----------------------------------------------------------------------------------------------

void ledger::committed(const backends::commit& what, std::uint64_t number, steady_time now) {
  const auto before = commits_.size() <= first_commit_ ? 0 : commits_.back().last_version;
  const auto rows = actors::store_rows::read(what.system_rows);
  commits_.resize(number - 1, {now, before});
  commits_.push_back({now, std::max(before, rows ? rows->last_version : 0)});
  for (const auto& each : what.writes)
    write(each, number, now, before);
  last_applied_ = applied_now_;
}

void ledger::write(const backends::write& what, std::uint64_t commit, steady_time now,
                   version_number before) {
  auto& session = sessions_[key_of(what.id)];
  auto& last = session.states.back();
  if (what.what == backends::write::kind::erase) {
    if (last.version != 0)
      session.states.push_back({.commit = commit, .since = now});
    return;
  }
  any_expiry_ = any_expiry_ || what.content.expires_at.has_value();
  if (last.version == what.content.version)
    last.expires_at = what.content.expires_at; // a touch
  else
    put(what, commit, now, before);
}

void ledger::put(const backends::write& what, std::uint64_t commit, steady_time now, version_number before) {
  const auto key = key_of(what.id);
  const auto number = value_in(what.content.data);
  if (number == 0 || number > operations_.size())
    return fail_of(key, "the engine was given data that nobody wrote");
  auto& from = operations_[number - 1];
  const auto version = what.content.version;
  if (from.what != kind::set || from.key != key)
    fail("its data went into another session", number);
  if (from.how == fate::unapplied)
    fail("was answered as not applied, and is applied", number);
  if (from.seen_version != 0 && from.seen_version != version)
    fail("is applied a second time", number);
  if (from.version != 0 && from.version != version && !any_lost_)
    fail("is applied with another version than was answered", number);
  if (version <= before)
    fail("gets a version that was given out before", number);
  if (number < last_applied_[from.worker] && !any_lost_)
    fail("is applied after a later one of its worker", number);
  const auto former = sessions_[key].states.back().version;
  if (from.if_version.value_or(0) != 0 && from.if_version != former && *from.if_version <= before)
    fail("is applied although its condition does not hold", number);
  applied_now_[from.worker] = std::max(applied_now_[from.worker], number);
  from.seen_version = version;
  from.seen_commit = commit;
  sessions_[key].states.push_back({version, number, commit, now, what.content.expires_at});
}

void ledger::lost_after(std::uint64_t last, steady_time now) {
  commits_.resize(std::min<std::size_t>(commits_.size(), last));
  for (auto& session : sessions_)
    while (session.states.back().commit > last) {
      auto& gone = session.states.back();
      if (gone.value != 0)
        operations_[gone.value - 1].seen_version = 0;
      gone.since = now; // when it was lost
      session.lost.push_back(gone);
      session.states.pop_back();
    }
  any_lost_ = any_lost_ || !rules_.always_synced;
  std::ranges::fill(applied_now_, 0);
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const auto& each = operations_[i];
    if (each.seen_version != 0)
      applied_now_[each.worker] = i + 1;
    if (rules_.always_synced && each.how == fate::answered && each.seen_commit > last)
      fail("was acknowledged, and a power cut took it", i + 1);
  }
  last_applied_ = applied_now_;
}

void ledger::removed(steady_time now) {
  for (auto& session : sessions_)
    session.states.push_back({.commit = commits_.size(), .since = now});
  first_commit_ = commits_.size();
  any_lost_ = true;
}

// -- programs
// ------------------------------------------------------------------------------------------------

ledger::crowd* ledger::crowd_of(const operation& what) {
  auto& session = sessions_[what.key];
  if (what.what == kind::set)
    return &session.sets;
  return what.what == kind::destroy ? &session.destroys : nullptr;
}

std::uint64_t ledger::ask(operation what) {
  operations_.push_back(what);
  ++open_;
  if (auto* const others = crowd_of(what))
    ++others->open;
  return operations_.size();
}

void ledger::answered(std::uint64_t number, const answer& what, steady_time now, bool may_be_unknown) {
  auto& asked = operations_[number - 1];
  if (asked.how != fate::open)
    return fail("is answered twice", number);
  --open_;
  asked.answered = now;
  auto* const others = crowd_of(asked);
  if (others != nullptr)
    --others->open;
  if (what.failure) {
    judge_failure(number, what, may_be_unknown);
  } else {
    asked.how = fate::answered;
    asked.found = what.found;
    asked.version = what.version;
    asked.value = what.value;
    judge(number, what);
  }
  if (others != nullptr)
    others->last_answer = now;
}

void ledger::abandoned(std::uint32_t worker) {
  for (auto& each : operations_)
    if (each.worker == worker && each.how == fate::open) {
      each.how = fate::unknown;
      --open_;
      if (auto* const others = crowd_of(each)) {
        --others->open;
        others->any_unknown = true;
      }
    }
}

void ledger::judge_failure(std::uint64_t number, const answer& what, bool may_be_unknown) {
  const auto code = *what.failure;
  const auto said = std::string{to_string(code)} + " (" + std::string{what.why} + ")";
  auto& asked = operations_[number - 1];
  if (traits_of(code).effect == applied::maybe) {
    asked.how = fate::unknown;
    if (auto* const others = crowd_of(asked))
      others->any_unknown = true;
    if (code == errc::outcome_unknown && !may_be_unknown)
      fail("is answered without a reason " + said, number);
    return;
  }
  asked.how = fate::unapplied;
  asked.conflict = code == errc::conflict;
  const bool fair = code == errc::unavailable || code == errc::io_error
                    || (code == errc::conflict && asked.what == kind::set);
  if (!fair)
    fail("is answered " + said, number);
  if (code == errc::conflict && !asked.if_version)
    fail("has no condition, and is answered conflict", number);
  if (asked.seen_version != 0)
    fail("was applied, and is answered " + said, number);
}

void ledger::judge(std::uint64_t number, const answer& what) {
  const auto& asked = at(number);
  if (asked.what == kind::set)
    return judge_set(number, what);
  if (asked.what == kind::get && what.found)
    return judge_get(number, what);
  if (what.found && !was_present(asked))
    fail("found a session where there was none", number);
  if (what.found && asked.what == kind::destroy && !was_removed(asked))
    fail("is acknowledged, and the session was not removed", number);
  if (!what.found && !was_absent(asked))
    fail("found no session where there was one", number);
}

/// Where a group changes a session twice, the engine sees the last state only, and all of it at one moment.
void ledger::judge_set(std::uint64_t number, const answer& what) {
  const auto& asked = at(number);
  if (asked.seen_version != 0 && asked.seen_version != what.version)
    return fail("was applied with another version than is answered", number);
  if (asked.seen_version != 0)
    return show(asked.seen_commit, number);
  const auto commit = commit_of(what.version);
  if (commit && commits_[*commit - 1].at >= asked.asked && was_swallowed(asked, *commit))
    show(*commit, number);
  else if (!any_lost_)
    fail("is acknowledged, and no commit applied it", number);
}

/// @returns whether a later change of the session may be in the same commit.
bool ledger::was_swallowed(const operation& what, std::uint64_t commit) const {
  const auto& session = sessions_[what.key];
  const auto by = std::ranges::find(session.states.rbegin(), session.states.rend(), commit, &state::commit);
  const auto& removals = session.destroys; // of what was not there before the engine sees nothing
  return by != session.states.rend() || removals.open != 0 || removals.any_unknown
         || removals.last_answer >= what.asked;
}

/// @returns whether something removed the session since then, perhaps within a commit.
bool ledger::was_removed(const operation& what) const {
  const auto& session = sessions_[what.key];
  return any_lost_ || session.states.back().since >= what.asked || session.sets.open != 0
         || session.sets.any_unknown || session.sets.last_answer >= what.asked;
}

void ledger::judge_get(std::uint64_t number, const answer& what) {
  const auto& asked = at(number);
  if (what.value == 0 || what.value > operations_.size())
    return fail("read data that nobody wrote", number);
  const auto& source = at(what.value);
  if (source.what != kind::set || source.key != asked.key)
    return fail("read what was written into another session", number);
  if (source.how == fate::unapplied)
    return fail("read what was answered as not applied", number);
  const auto version = source.seen_version != 0 ? source.seen_version : source.version;
  if (version != 0 && version != what.version && !any_lost_)
    return fail("read data and version that do not belong together", number);
  if (const auto* const found = find(asked, what.version))
    return show(found->commit, number);
  const auto commit = commit_of(what.version);
  if (commit && commits_[*commit - 1].at >= asked.asked && source.seen_version == 0)
    show(*commit, number);
  else if (!any_lost_ || source.seen_version != 0)
    fail("read what was replaced before it was asked, or never committed", number);
}

void ledger::show(std::uint64_t commit, std::uint64_t number) {
  if (rules_.always_synced && rules_.durable && commit > synced_)
    fail("shows a commit that a power cut could take", number);
}

const ledger::state* ledger::find(const operation& what, version_number version) const {
  const auto& session = sessions_[what.key];
  for (auto at = session.states.rbegin(); at != session.states.rend(); ++at) {
    if (at->version == version)
      return &*at;
    if (at->since < what.asked)
      break; // what was before had been replaced
  }
  for (const auto& gone : session.lost)
    if (gone.version == version && gone.since >= what.asked)
      return &gone;
  return nullptr;
}

bool ledger::was_present(const operation& what) const {
  const auto& session = sessions_[what.key];
  for (auto at = session.states.rbegin(); at != session.states.rend(); ++at) {
    if (at->version != 0)
      return true;
    if (at->since < what.asked)
      break;
  }
  return any_lost_ || session.sets.open != 0 || session.sets.any_unknown
         || session.sets.last_answer >= what.asked;
}

bool ledger::was_absent(const operation& what) const {
  const auto& session = sessions_[what.key];
  for (auto at = session.states.rbegin(); at != session.states.rend(); ++at) {
    if (at->version == 0 || (at->expires_at && *at->expires_at <= latest_))
      return true;
    if (at->since < what.asked)
      break;
  }
  return any_lost_ || session.destroys.open != 0 || session.destroys.any_unknown
         || session.destroys.last_answer >= what.asked;
}

std::optional<std::uint64_t> ledger::commit_of(version_number version) const {
  const auto first = commits_.begin() + static_cast<std::ptrdiff_t>(first_commit_);
  const auto found = std::ranges::lower_bound(first, commits_.end(), version, {}, &seen_commit::last_version);
  if (found == commits_.end())
    return std::nullopt;
  return static_cast<std::uint64_t>(found - commits_.begin()) + 1;
}

// -- the end
// -------------------------------------------------------------------------------------------------

void ledger::finish() {
  std::vector<std::pair<version_number, std::uint64_t>> versions;
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const auto& each = operations_[i];
    if (each.how == fate::open)
      fail("has no answer", i + 1);
    if (each.what == kind::set && each.version != 0)
      versions.emplace_back(each.version, i + 1);
    else if (each.what == kind::set && each.seen_version != 0)
      versions.emplace_back(each.seen_version, i + 1);
  }
  std::ranges::sort(versions);
  const auto same = [](const auto& left, const auto& right) { return left.first == right.first; };
  if (const auto twice = std::ranges::adjacent_find(versions, same);
      twice != versions.end() && rules_.durable)
    fail("has the version of another set", twice->second);
}

std::optional<tests::history> ledger::calls() const {
  if (any_lost_ || any_expiry_)
    return std::nullopt;
  tests::history out;
  out.reserve(operations_.size());
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const auto& each = operations_[i];
    auto& call = out.emplace_back();
    call.what = static_cast<tests::action>(each.what);
    call.how = each.how == fate::answered || each.conflict ? tests::outcome::answered
               : each.how == fate::unapplied               ? tests::outcome::unapplied
                                                           : tests::outcome::unknown;
    call.worker = each.worker;
    call.seq = i + 1;
    call.id = id_of(each.key);
    call.value = each.what == kind::set ? i + 1 : each.value;
    call.version = each.version;
    call.if_version = each.if_version;
    call.found = each.found || (each.what == kind::set && each.how == fate::answered);
    call.invoked = each.asked.time_since_epoch().count();
    call.answered = each.answered.time_since_epoch().count();
  }
  return out;
}

} // namespace cluster_store::simulation
