#include <cluster_store/actors/proxy/pending_table.hpp>

#include <algorithm>
#include <utility>

namespace cluster_store::actors {

namespace {

/// What an operation costs in a frame beside its fields, at most.
constexpr std::size_t operation_overhead_bytes = 16;

/// How often an operation may see the store actor die while it is in flight.
constexpr std::uint8_t deaths_max = 2;

result<wire::reply> not_applied_or_unknown(const call& what, const std::string& why) {
  if (what.is().changes)
    return fail(errc::outcome_unknown, why + "; the operation may have been applied");
  return fail(errc::unavailable, why);
}

} // namespace

pending_table::pending_table(const queue_limits& limits)
    : limits_(limits), batches_(std::max<std::size_t>(limits.batches_in_flight_max, 1)) {}

bool pending_table::full_for(const call& what) const noexcept {
  return size_ >= limits_.operations_max || bytes_ + what.bytes() > limits_.bytes_max;
}

void pending_table::add(std::unique_ptr<call> what, steady_time deadline) {
  ++size_;
  bytes_ += what->bytes();
  waiting_.push_back({std::move(what), deadline});
}

std::optional<std::uint16_t> pending_table::free_batch() const noexcept {
  const auto place = std::find(batches_.begin(), batches_.end(), 0u);
  if (place == batches_.end())
    return std::nullopt;
  return static_cast<std::uint16_t>(place - batches_.begin());
}

bool pending_table::anything_to_send() {
  resend_seq_ = std::max(resend_seq_, first_seq_);
  while (resend_seq_ < next_seq_ && (!at(resend_seq_).what || at(resend_seq_).in_flight))
    ++resend_seq_;
  return resend_seq_ < next_seq_ || !waiting_.empty();
}

std::optional<std::string> pending_table::next_batch(const backends::client_id& client, std::uint64_t ticket,
                                                     std::size_t in_flight_max) {
  const auto batch = free_batch();
  if (!batch || in_flight_ >= in_flight_max || !anything_to_send())
    return std::nullopt;
  wire::batch_writer out{{client, ticket, floor()}};
  do {
    const bool again = resend_seq_ < next_seq_;
    const call& next = again ? *at(resend_seq_).what : *waiting_.front().what;
    if (out.count() > 0
        && out.bytes() + next.body().size() + operation_overhead_bytes > limits_.batch_bytes_max)
      break;
    if (!again) {
      sent_.push_back({std::move(waiting_.front().what), waiting_.front().deadline});
      waiting_.pop_front();
      ++next_seq_;
    }
    pack(at(resend_seq_), resend_seq_, *batch, out);
    ++resend_seq_;
  } while (out.count() < limits_.batch_operations_max && in_flight_ < in_flight_max && anything_to_send());
  return std::move(out).take();
}

void pending_table::pack(sent& entry, std::uint64_t seq, std::uint16_t batch, wire::batch_writer& out) {
  out.add({entry.what->is().tag, seq, entry.what->body()});
  entry.batch = batch;
  entry.in_flight = true;
  ++batches_[batch];
  ++in_flight_;
}

void pending_table::take_from_flight(sent& entry) noexcept {
  entry.in_flight = false;
  --batches_[entry.batch];
  --in_flight_;
}

void pending_table::answer(std::unique_ptr<call> what, result<wire::reply>&& with) {
  --size_;
  bytes_ -= what->bytes();
  what->done(std::move(with));
}

void pending_table::answer(sent& entry, result<wire::reply>&& what) {
  answer(std::move(entry.what), std::move(what));
}

void pending_table::drop_settled_front() noexcept {
  while (!sent_.empty() && !sent_.front().what && !sent_.front().in_flight) {
    sent_.pop_front();
    ++first_seq_;
  }
}

void pending_table::settle(std::uint64_t seq, result<wire::reply>&& what) {
  if (seq < first_seq_ || seq >= next_seq_ || !at(seq).in_flight)
    return;
  take_from_flight(at(seq));
  auto answered = std::move(at(seq).what);
  if (seq == first_seq_)
    drop_settled_front();
  if (answered)
    answer(std::move(answered), std::move(what));
}

void pending_table::lost(bool store_died) {
  for (auto seq = first_seq_; seq < next_seq_; ++seq) {
    auto& entry = at(seq);
    if (!entry.in_flight)
      continue;
    take_from_flight(entry);
    if (store_died && entry.what && ++entry.deaths >= deaths_max)
      answer(entry, not_applied_or_unknown(*entry.what, "the store ended twice while it had this operation, "
                                                        "which is therefore not sent again"));
  }
  resend_seq_ = first_seq_;
  drop_settled_front();
}

void pending_table::give_up_sent_mutations(const std::string& why) {
  for (auto seq = first_seq_; seq < next_seq_; ++seq)
    if (auto& entry = at(seq); entry.what && entry.what->is().changes)
      answer(entry, fail(errc::outcome_unknown, why));
  drop_settled_front();
}

void pending_table::expire(steady_time now, const error& unsent) {
  expire_seq_ = std::max(expire_seq_, first_seq_);
  for (; expire_seq_ < next_seq_; ++expire_seq_) {
    auto& entry = at(expire_seq_);
    if (entry.what && entry.deadline > now)
      break;
    if (entry.what)
      answer(entry, fail(errc::deadline_exceeded, "the store did not answer in time"));
  }
  drop_settled_front();
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    auto expired = std::move(waiting_.front().what);
    waiting_.pop_front();
    answer(std::move(expired), tl::unexpected<error>{unsent});
  }
}

void pending_table::close(const std::string& why) {
  lost(false);
  for (auto seq = first_seq_; seq < next_seq_; ++seq)
    if (auto& entry = at(seq); entry.what)
      answer(entry, not_applied_or_unknown(*entry.what, why));
  drop_settled_front();
  while (!waiting_.empty()) {
    auto closed = std::move(waiting_.front().what);
    waiting_.pop_front();
    answer(std::move(closed), fail(errc::unavailable, why));
  }
}

std::optional<steady_time> pending_table::next_deadline() {
  expire_seq_ = std::max(expire_seq_, first_seq_);
  while (expire_seq_ < next_seq_ && !at(expire_seq_).what)
    ++expire_seq_;
  if (expire_seq_ < next_seq_)
    return at(expire_seq_).deadline;
  if (!waiting_.empty())
    return waiting_.front().deadline;
  return std::nullopt;
}

} // namespace cluster_store::actors
