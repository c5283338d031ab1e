#include <cluster_store/apps/bench/load.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace cluster_store::apps {

namespace {

constexpr std::uint32_t fill_in_flight = 256;

} // namespace

load::load(client store, const load_settings& how)
    : store_(std::move(store)),
      how_(how),
      source_(how),
      values_(how.value_bytes),
      set_how_{.ttl = ttl_of(how.what)} {}

result<void> load::fill() {
  auto seen = std::make_unique<round_result>();
  round_ = seen.get();
  filling_ = true;
  to_fill_ = 0;
  end_ = steady::time_point::max();
  begin(std::min(fill_in_flight, how_.keys));
  done_.get_future().wait();
  filling_ = false;
  if (seen->first_error)
    return tl::unexpected{*seen->first_error};
  return {};
}

std::unique_ptr<round_result> load::run(std::chrono::milliseconds time, std::uint32_t in_flight) {
  auto seen = std::make_unique<round_result>();
  round_ = seen.get();
  if (in_flight == 1) {
    run_blocking(time);
    return seen;
  }
  end_ = steady::now() + time;
  begin(in_flight);
  done_.get_future().wait();
  return seen;
}

void load::run_blocking(std::chrono::milliseconds time) {
  completed_ = 0;
  begun_ = steady::now();
  end_ = begun_ + time;
  auto what = source_.next();
  for (auto issued = begun_; issued < end_; what = source_.next_after(what)) {
    const bool good = call(what);
    const auto now = steady::now();
    if (!good)
      break;
    round_->latencies.add(now - issued);
    completed_.store(++round_->operations, std::memory_order_relaxed);
    issued = now;
  }
  round_->time = steady::now() - begun_;
}

bool load::call(const operation& what) {
  const auto id = ids_.id_of(what.key);
  switch (what.what) {
  case operation_kind::set:
    return check(store_.set(id, values_.value_of(what.key), set_how_));
  case operation_kind::touch:
    return check(store_.touch(id, set_how_.ttl));
  case operation_kind::get:
    break;
  }
  return check(store_.get(id));
}

/// The first answer starts the operations, so that all of them run on the handle's thread.
void load::begin(std::uint32_t in_flight) {
  done_ = {};
  completed_ = 0;
  slots_.resize(in_flight);
  active_ = 1;
  store_.get(ids_.id_of(0), [this, in_flight](const result<std::optional<session>>& outcome) {
    begun_ = steady::now();
    if (!outcome) {
      round_->first_error = outcome.error();
      ++round_->errors;
      return retire(begun_);
    }
    active_ = in_flight;
    for (std::uint32_t number = 0; number < in_flight; ++number)
      issue(number, filling_ ? operation{operation_kind::set, to_fill_++} : source_.next(), begun_);
  });
}

void load::issue(std::uint32_t number, const operation& what, steady::time_point now) {
  slots_[number] = {what, now};
  const auto id = ids_.id_of(what.key);
  switch (what.what) {
  case operation_kind::set:
    return store_.set(id, values_.value_of(what.key), set_how_,
                      [this, number](const result<version_number>& outcome) { complete(number, outcome); });
  case operation_kind::touch:
    return store_.touch(id, set_how_.ttl,
                        [this, number](const result<bool>& outcome) { complete(number, outcome); });
  case operation_kind::get:
    return store_.get(
        id, [this, number](const result<std::optional<session>>& outcome) { complete(number, outcome); });
  }
}

/// @returns whether an answer is the one that is due: every session is there.
template <class T>
bool load::check(const result<T>& outcome) {
  bool good = outcome.has_value();
  if constexpr (std::is_same_v<T, std::optional<session>>)
    good = good && outcome->has_value();
  if constexpr (std::is_same_v<T, bool>)
    good = good && *outcome;
  if (good)
    return true;
  ++round_->errors;
  if (!round_->first_error)
    round_->first_error =
        outcome ? error{errc::corrupt, "a session that was set is missing"} : outcome.error();
  return false;
}

template <class T>
void load::complete(std::uint32_t number, const result<T>& outcome) {
  const auto now = steady::now();
  if (!check(outcome))
    return retire(now); // the slot stops: a store that refuses at once would be asked without end
  const auto& [what, issued] = slots_[number];
  round_->latencies.add(now - issued);
  completed_.store(++round_->operations, std::memory_order_relaxed);
  if (filling_) {
    if (to_fill_ == how_.keys || round_->first_error)
      return retire(now);
    return issue(number, {operation_kind::set, to_fill_++}, now);
  }
  if (now < end_)
    issue(number, source_.next_after(what), now);
  else
    retire(now);
}

void load::retire(steady::time_point now) {
  if (--active_ > 0)
    return;
  round_->time = now - begun_;
  done_.set_value();
}

} // namespace cluster_store::apps
