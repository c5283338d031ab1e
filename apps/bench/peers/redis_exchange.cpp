#include <cluster_store/apps/bench/peers/redis_exchange.hpp>

#include <cassert>

namespace cluster_store::apps {

void redis_exchange::begin(std::uint32_t in_flight, time_point now, time_point end, std::string& out) {
  assert(!is_answer_due());
  round_ = std::make_unique<round_result>();
  begun_ = now;
  end_ = end;
  for (std::uint32_t each = 0; each < in_flight; ++each)
    issue(source_.next(), now, out);
}

void redis_exchange::issue(const operation& what, time_point now, std::string& out) {
  commands_.append(what, out);
  in_flight_.push_back({what, now});
}

void redis_exchange::answered(const result<void>& outcome, time_point now, std::string& out) {
  assert(is_answer_due());
  const auto [what, issued] = in_flight_.front();
  in_flight_.pop_front();
  round_->time = now - begun_;
  if (!outcome) {
    ++round_->errors;
    if (!round_->first_error)
      round_->first_error = outcome.error();
    return;
  }
  ++round_->operations;
  round_->latencies.add(now - issued);
  if (now < end_)
    issue(source_.next_after(what), now, out);
}

void redis_exchange::lost(const error& why, time_point now) {
  std::string unsent;
  while (is_answer_due())
    answered(tl::unexpected{why}, now, unsent);
}

} // namespace cluster_store::apps
