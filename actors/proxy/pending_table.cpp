#include <cluster_store/actors/proxy/pending_table.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

#include <cluster_store/actors/proxy/queue_room.hpp>

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
  return !has_room(limits_, size_, bytes_, what.bytes());
}

bool pending_table::is_latest(steady_time deadline) const noexcept {
  if (!waiting_.empty())
    return waiting_[waiting_.size() - 1].deadline <= deadline;
  return sent_.empty() || sent_[sent_.size() - 1].deadline <= deadline;
}

void pending_table::add(std::unique_ptr<call> what, steady_time deadline) {
  assert(!full_for(*what) && is_latest(deadline));
  const backends::invariants::at_end checked{*this};
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

std::size_t pending_table::next_bytes() {
  if (!anything_to_send())
    return 0;
  const call& next = resend_seq_ < next_seq_ ? *at(resend_seq_).what : *waiting_.front().what;
  return next.body().size() + operation_overhead_bytes;
}

/// @param next what `next_bytes` says.
wire::batch_head pending_table::head(terms& with, std::size_t next) const {
  wire::batch_head out{.client = with.client, .ticket = with.ticket, .floor = floor()};
  with.bytes.report(out, bytes_ + size_ * operation_overhead_bytes, next);
  return out;
}

std::string pending_table::report(terms& with) {
  return wire::batch_writer{head(with, next_bytes())}.take();
}

std::optional<std::string> pending_table::next_batch(terms& with) {
  const backends::invariants::at_end checked{*this};
  const auto batch = free_batch();
  auto next = next_bytes();
  if (!batch || in_flight_ >= with.in_flight_max || next == 0 || next > with.bytes.free())
    return std::nullopt;
  wire::batch_writer out{head(with, next), batch_bytes_};
  do {
    if (resend_seq_ == next_seq_) {
      sent_.push_back({std::move(waiting_.front())});
      waiting_.pop_front();
      ++next_seq_;
    }
    pack(at(resend_seq_), resend_seq_, *batch, out);
    ++resend_seq_;
    next = next_bytes();
  } while (next > 0 && out.count() < limits_.batch_operations_max && in_flight_ < with.in_flight_max
           && out.bytes() + next <= limits_.batch_bytes_max
           && out.operation_bytes() + next <= with.bytes.free());
  with.bytes.sent(out.operation_bytes());
  batch_bytes_ = std::max(out.bytes(), batch_bytes_ / 2);
  assert(in_flight_ <= with.in_flight_max);
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
  const backends::invariants::at_end checked{*this};
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
  const backends::invariants::at_end checked{*this};
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
  assert(in_flight_ == 0);
}

void pending_table::give_up_sent_mutations(const std::string& why) {
  const backends::invariants::at_end checked{*this};
  for (auto seq = first_seq_; seq < next_seq_; ++seq)
    if (auto& entry = at(seq); entry.what && entry.what->is().changes)
      answer(entry, fail(errc::outcome_unknown, why));
  drop_settled_front();
}

void pending_table::expire(steady_time now, const error& unsent) {
  const backends::invariants::at_end checked{*this};
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
  const backends::invariants::at_end checked{*this};
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
  assert(size_ == 0 && bytes_ == 0);
}

std::optional<steady_time> pending_table::next_deadline() {
  const backends::invariants::at_end checked{*this};
  expire_seq_ = std::max(expire_seq_, first_seq_);
  while (expire_seq_ < next_seq_ && !at(expire_seq_).what)
    ++expire_seq_;
  if (expire_seq_ < next_seq_)
    return at(expire_seq_).deadline;
  if (!waiting_.empty())
    return waiting_.front().deadline;
  return std::nullopt;
}

/// @returns how many operations it looked at.
std::size_t pending_table::check_invariants() const {
  backends::invariants::check(waiting_);
  backends::invariants::check(sent_);
  // Numbers begin with 1, as 0 stands for none, and have no gap.
  assert(first_seq_ >= 1 && first_seq_ + sent_.size() == next_seq_);
  // The floor is as high as it may be: the store keeps no result that nobody will ask for.
  assert(sent_.empty() || at(first_seq_).what || at(first_seq_).in_flight);
  // What `resend_seq_` has passed has been sent or needs no sending; who `expire_seq_` has passed has an
  // answer.
  assert(resend_seq_ <= next_seq_ && expire_seq_ <= next_seq_);
  for (auto seq = first_seq_; seq < next_seq_; ++seq) {
    assert(seq >= resend_seq_ || at(seq).in_flight || !at(seq).what);
    assert(seq >= expire_seq_ || !at(seq).what);
    // What saw the store die too often is not sent again.
    assert(!at(seq).what || at(seq).deaths < deaths_max);
  }
  check_flight();
  check_sums();
  return sent_.size() + waiting_.size() + batches_.size();
}

void pending_table::check_flight() const {
  // Each batch is counted as many operations as say that they are on their way with it.
  std::vector<std::uint32_t> batches(batches_.size());
  std::size_t in_flight = 0;
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    if (!sent_[i].in_flight)
      continue;
    ++batches.at(sent_[i].batch);
    ++in_flight;
  }
  assert(batches == batches_);
  assert(in_flight == in_flight_);
}

void pending_table::check_sums() const {
  std::size_t size = 0;
  std::size_t bytes = 0;
  steady_time latest = steady_time::min();
  const auto add = [&](const waiting& each) {
    size += each.what ? 1 : 0;
    bytes += each.what ? each.what->bytes() : 0;
    // Deadlines rise in the order of issue, so the next one to expire is in front.
    assert(latest <= each.deadline);
    latest = each.deadline;
  };
  for (std::size_t i = 0; i < sent_.size(); ++i)
    add(sent_[i]);
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    // What waits has no answer.
    assert(waiting_[i].what);
    add(waiting_[i]);
  }
  // What is counted is what has no answer, and there is room for it.
  assert(size == size_ && size_ <= limits_.operations_max);
  assert(bytes == bytes_ && (size_ == 1 || bytes_ <= limits_.bytes_max));
}

} // namespace cluster_store::actors
