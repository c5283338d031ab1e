#include <cluster_store/apps/bench/load.hpp>

#include <type_traits>
#include <utility>

namespace cluster_store::apps {

namespace {

std::string id_of(std::uint32_t key) {
  auto digits = std::to_string(key);
  return "session-" + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits;
}

/// Marsaglia's xorshift64: quick, and good enough to pick keys.
std::uint64_t next_random(std::uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

} // namespace

load::load(client store, const load_settings& how)
    : store_(std::move(store)), how_(how), issued_(how.in_flight), random_(0x9E37'79B9'7F4A'7C15) {
  for (std::uint32_t key = 0; key < how.keys; ++key)
    ids_.push_back(id_of(key));
  for (std::uint32_t byte = 0; byte < how.value_bytes; ++byte)
    data_ += static_cast<char>('!' + next_random(random_) % 90);
}

result<void> load::fill() {
  constexpr std::size_t window = 256;
  std::vector<std::future<result<version_number>>> answers(std::min<std::size_t>(window, ids_.size()));
  for (std::size_t key = 0; key < ids_.size() + answers.size(); ++key) {
    auto& answer = answers[key % answers.size()];
    if (answer.valid())
      if (const auto outcome = answer.get(); !outcome)
        return tl::unexpected{outcome.error()};
    if (key < ids_.size())
      answer = store_.set_async(ids_[key], data_);
  }
  return {};
}

std::unique_ptr<round_result> load::run(std::chrono::milliseconds time) {
  auto seen = std::make_unique<round_result>();
  round_ = seen.get();
  done_ = {};
  completed_ = 0;
  begun_ = steady::now();
  end_ = begun_ + time;
  active_ = 1;
  // The first answer starts the others, so that all of it runs on the handle's thread.
  store_.get(ids_.front(), [this](const result<std::optional<session>>& outcome) {
    if (outcome)
      return begin();
    round_->first_error = outcome.error();
    ++round_->errors;
    retire(steady::now());
  });
  done_.get_future().wait();
  return seen;
}

void load::begin() {
  begun_ = steady::now();
  active_ = how_.in_flight;
  for (std::uint32_t slot = 0; slot < how_.in_flight; ++slot)
    issue(slot, begun_);
}

void load::issue(std::uint32_t slot, steady::time_point now) {
  issued_[slot] = now;
  const auto& id = ids_[static_cast<std::size_t>(next_random(random_) % ids_.size())];
  if (how_.what == workload::get)
    store_.get(id, [this, slot](const result<std::optional<session>>& outcome) { complete(slot, outcome); });
  else
    store_.set(id, data_, {},
               [this, slot](const result<version_number>& outcome) { complete(slot, outcome); });
}

template <class T>
void load::complete(std::uint32_t slot, const result<T>& outcome) {
  const auto now = steady::now();
  bool good = outcome.has_value();
  if constexpr (std::is_same_v<T, std::optional<session>>)
    good = good && outcome->has_value();
  if (!good) {
    ++round_->errors;
    if (!round_->first_error)
      round_->first_error =
          outcome ? error{errc::corrupt, "a session that was set is missing"} : outcome.error();
    return retire(now); // the slot stops: a store that refuses at once would be asked without end
  }
  ++round_->operations;
  round_->latencies.add(now - issued_[slot]);
  completed_.store(round_->operations, std::memory_order_relaxed);
  if (now < end_)
    issue(slot, now);
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
