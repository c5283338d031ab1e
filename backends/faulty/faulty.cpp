#include <cluster_store/backends/faulty/faulty.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <random>
#include <thread>
#include <utility>

namespace cluster_store::backends {
namespace {

using kind = fault::kind;

tl::unexpected<error> planned(errc code, std::string_view what) {
  return fail(code, "a planned fault of a faulty: store (" + std::string{what}
                        + "): this store is for tests, use another one for anything else");
}

/// Ends this process at once, as the worst that can happen to it would.
[[noreturn]] void kill_this_process() {
  ::raise(SIGKILL);
  std::abort();
}

result<void> check(const fault& rule) {
  if ((rule.what == kind::torn || rule.what == kind::forget) && rule.where != call_kind::apply)
    return fail(errc::invalid_argument,
                "only 'apply' can be torn or forget: plan another fault for this call");
  if (rule.what == kind::corrupt && rule.where != call_kind::get && rule.where != call_kind::scan)
    return fail(errc::invalid_argument,
                "only 'get' and 'scan' can have corrupt rows: plan another fault for this call");
  if (rule.from == 0 || rule.to < rule.from)
    return fail(errc::invalid_argument,
                "a fault strikes from call " + std::to_string(rule.from) + " to call "
                    + std::to_string(rule.to)
                    + ": calls count from 1 and the last one is not before the first");
  if (!(rule.probability >= 0.0 && rule.probability <= 1.0))
    return fail(errc::invalid_argument, "a fault's probability is not from 0 to 1: correct it");
  return {};
}

class faulty_backend final : public backend {
public:
  faulty_backend(std::unique_ptr<backend> inner, fault_plan plan)
      : inner_{std::move(inner)}, plan_{std::move(plan)}, random_{plan_.seed}, traits_{inner_->traits()} {
    const auto has = [this](kind what) {
      return std::any_of(plan_.faults.begin(), plan_.faults.end(),
                         [what](const fault& rule) { return rule.what == what; });
    };
    traits_.engine = "faulty";
    if (has(kind::torn))
      traits_.atomic = traits::atomicity::session;
    traits_.may_block = traits_.may_block || has(kind::slow);
  }

  const backends::traits& traits() const noexcept override { return traits_; }

  result<void> get(std::span<const std::string_view> ids, reads& out) override {
    const auto struck = strike(call_kind::get);
    auto answer = guard(struck, [&] { return inner_->get(ids, out); });
    if (answer && struck == kind::corrupt)
      damage(out.rows, [](auto& row) { return row && row->has_value() ? &row : nullptr; });
    return answer;
  }

  result<std::vector<result<write_outcome>>> apply(const commit& changes) override {
    const auto struck = strike(call_kind::apply);
    return guard(struck, [&] {
      if (struck == kind::torn)
        return tear(changes);
      return forgets_ ? inner_->apply(forgotten(changes)) : inner_->apply(changes);
    });
  }

  result<page> scan(const scan_request& request) override {
    const auto struck = strike(call_kind::scan);
    auto answer = guard(struck, [&] { return inner_->scan(request); });
    if (answer && struck == kind::corrupt)
      damage(answer->rows, [](scan_row& row) { return row.content ? &row.content : nullptr; });
    return answer;
  }

  result<std::vector<expiry_row>> due(wall_time now, std::size_t rows_max) override {
    return guard(strike(call_kind::due), [&] { return inner_->due(now, rows_max); });
  }

  result<std::uint64_t> length() override {
    return guard(strike(call_kind::length), [&] { return inner_->length(); });
  }

  result<std::vector<client_row>> client_rows() override {
    return guard(strike(call_kind::client_rows), [&] { return inner_->client_rows(); });
  }

  result<std::vector<system_row>> system_rows(std::string_view first, std::string_view last,
                                              std::size_t rows_max) override {
    return guard(strike(call_kind::system_rows), [&] { return inner_->system_rows(first, last, rows_max); });
  }

  result<void> sync() override {
    return guard(strike(call_kind::sync), [&] { return inner_->sync(); });
  }

  bool broken() const noexcept override { return broken_ || inner_->broken(); }

private:
  /// Counts the call, waits if it is slow, and tells what else befalls it.
  std::optional<kind> strike(call_kind where) {
    const auto number = ++calls_[static_cast<std::size_t>(where)];
    std::optional<kind> struck;
    forgets_ = false;
    for (const auto& rule : plan_.faults) {
      if (rule.where != where || number < rule.from || number > rule.to || !chance(rule.probability))
        continue;
      if (rule.what == kind::slow)
        wait(where);
      else if (rule.what == kind::forget)
        forgets_ = true;
      else if (!struck)
        struck = rule.what;
    }
    return struck;
  }

  template <class Call>
  auto guard(std::optional<kind> struck, Call call) -> decltype(call()) {
    if (broken_)
      return planned(errc::io_error, "it is broken: restart it");
    if (struck == kind::kill_before)
      kill_this_process();
    if (struck == kind::io_error)
      return planned(errc::io_error, "nothing was changed");
    if (struck == kind::unknown_unapplied)
      return planned(errc::outcome_unknown, "unknown outcome");
    if (struck == kind::broken) {
      broken_ = true;
      if (random_() & 1)
        std::ignore = call();
      return planned(errc::outcome_unknown, "it breaks");
    }
    auto answer = call();
    if (struck == kind::kill_after)
      kill_this_process();
    if (struck == kind::unknown_applied)
      return planned(errc::outcome_unknown, "unknown outcome");
    return answer;
  }

  result<std::vector<result<write_outcome>>> tear(const commit& changes) {
    commit part;
    part.clear = changes.clear;
    if (!changes.writes.empty()) {
      const auto count = random_() % changes.writes.size();
      part.writes.assign(changes.writes.begin(), changes.writes.begin() + static_cast<std::ptrdiff_t>(count));
    }
    std::ignore = inner_->apply(part);
    return planned(errc::outcome_unknown, "torn after " + std::to_string(part.writes.size()) + " of "
                                              + std::to_string(changes.writes.size()) + " writes");
  }

  static commit forgotten(commit changes) {
    changes.client_erases.clear();
    changes.client_rows.clear();
    return changes;
  }

  /// Makes one row corrupt; `stored_in(row)` points at the part of a row to damage, if it has one.
  template <class Rows, class StoredIn>
  void damage(Rows& rows, StoredIn stored_in) {
    const auto is_stored = [&](auto& row) { return stored_in(row) != nullptr; };
    const auto stored = std::count_if(rows.begin(), rows.end(), is_stored);
    if (stored == 0)
      return;
    auto left = random_() % static_cast<std::uint64_t>(stored);
    for (auto& row : rows)
      if (auto* const part = stored_in(row); part != nullptr && left-- == 0) {
        *part = planned(errc::corrupt, "a corrupt row");
        return;
      }
  }

  void wait(call_kind where) const {
    if (plan_.slow_hook)
      plan_.slow_hook(where);
    else
      std::this_thread::sleep_for(plan_.slow_for);
  }

  bool chance(double probability) {
    // Not a standard distribution: those differ between libraries, and a seed must mean the same everywhere.
    return static_cast<double>(random_() >> 11) * 0x1p-53 < probability;
  }

  std::unique_ptr<backend> inner_;
  fault_plan plan_;
  std::mt19937_64 random_;
  backends::traits traits_;
  std::array<std::uint64_t, call_kinds> calls_{};
  bool forgets_ = false; // in the call that was counted last
  bool broken_ = false;
};

} // namespace

result<std::unique_ptr<backend>> make_faulty(std::unique_ptr<backend> inner, fault_plan plan) {
  for (const auto& rule : plan.faults)
    if (auto good = check(rule); !good)
      return tl::unexpected{std::move(good).error()};
  return std::make_unique<faulty_backend>(std::move(inner), std::move(plan));
}

} // namespace cluster_store::backends
