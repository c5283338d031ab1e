#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cluster_store/actors/operations/list.hpp>
#include <cluster_store/backends/invariants.hpp>
#include <cluster_store/backends/result.hpp>

namespace cluster_store::actors {

/// One operation that waits for its turn.
struct queued_operation {
  std::uint64_t seq = 0;
  std::size_t bytes = 0;                               ///< In the batch, if they were granted.
  bool changes = false;                                ///< As far as its tag says.
  result<operations::any_of<std::string_view>> what{}; ///< Or why it is not executed.
};

/// Operations that came together, and the frame that they look into.
struct queued_batch {
  std::unique_ptr<std::string> frame;
  std::vector<queued_operation> items; ///< At least one.
};

/// What one client has asked for and was not answered, in its order. The group that is prepared executes from
/// the front; what it has executed goes when its commit is known to have succeeded.
///
/// Pure; one thread. Few batches at once: those a client has in flight.
class client_queue {
public:
  /// @returns how many operations are here, executed ones included.
  std::size_t size() const noexcept { return size_; }

  /// @returns how many the group has executed.
  std::size_t executed() const noexcept { return executed_; }

  /// @returns the bytes of those.
  std::size_t executed_bytes() const noexcept { return executed_bytes_; }

  /// @returns whether there is something to execute.
  bool waits() const noexcept { return executed_ < size_; }

  void push(queued_batch batch) {
    const backends::invariants::at_end checked{*this};
    size_ += batch.items.size();
    batches_.push_back(std::move(batch));
  }

  /// @returns what is to be executed next. @pre `waits()`.
  const queued_operation& next() const noexcept { return batches_[batch_].items[item_]; }

  /// What was next is executed. @pre `waits()`.
  void pass() noexcept {
    ++executed_;
    executed_bytes_ += next().bytes;
    if (++item_ == batches_[batch_].items.size()) {
      ++batch_;
      item_ = 0;
    }
  }

  /// Calls `each(const queued_operation&)` for what waits, from the next one on, until that returns false.
  template <class Each>
  void look(Each each) const {
    for (auto batch = batch_; batch < batches_.size(); ++batch)
      for (auto item = batch == batch_ ? item_ : 0; item < batches_[batch].items.size(); ++item)
        if (!each(batches_[batch].items[item]))
          return;
  }

  /// What was executed is done. @param spent is given every batch of which nothing is left.
  template <class Spent>
  void settle(Spent spent) {
    const backends::invariants::at_end checked{*this};
    std::for_each(batches_.begin(), batches_.begin() + position(batch_), spent);
    batches_.erase(batches_.begin(), batches_.begin() + position(batch_));
    if (item_ > 0)
      batches_.front().items.erase(batches_.front().items.begin(),
                                   batches_.front().items.begin() + position(item_));
    size_ -= executed_;
    batch_ = item_ = executed_ = executed_bytes_ = 0;
  }

  /// What was executed is not: it waits again, but for those operations of which `gone` returns true.
  /// @returns how many those are.
  template <class Gone>
  std::size_t take_back(Gone gone) {
    const backends::invariants::at_end checked{*this};
    auto left = std::exchange(executed_, 0);
    const auto before = size_;
    for (auto& batch : batches_) {
      const auto count = std::min(left, batch.items.size());
      left -= count;
      const auto end = batch.items.begin() + position(count);
      const auto kept = std::remove_if(batch.items.begin(), end, gone);
      size_ -= static_cast<std::size_t>(end - kept);
      batch.items.erase(kept, end);
    }
    std::erase_if(batches_, [](const queued_batch& each) { return each.items.empty(); });
    batch_ = item_ = executed_bytes_ = 0;
    return before - size_;
  }

  /// Forgets everything.
  void drop() { *this = {}; }

private:
  friend backends::invariants;

  static std::ptrdiff_t position(std::size_t index) noexcept { return static_cast<std::ptrdiff_t>(index); }

  /// @returns how many batches it looked at.
  std::size_t check_invariants() const {
    std::size_t size = 0;
    std::size_t executed = item_;
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      // A batch that waits has something to execute, and what that looks into.
      assert(!batches_[i].items.empty() && batches_[i].frame);
      size += batches_[i].items.size();
      executed += i < batch_ ? batches_[i].items.size() : 0;
    }
    // Every operation is counted, and those that were executed are the first.
    assert(size == size_ && executed == executed_);
    assert(batch_ == batches_.size() ? item_ == 0 : item_ < batches_[batch_].items.size());
    return batches_.size();
  }

  std::vector<queued_batch> batches_;
  std::size_t batch_ = 0; ///< Position of what is next.
  std::size_t item_ = 0;
  std::size_t executed_ = 0;
  std::size_t executed_bytes_ = 0;
  std::size_t size_ = 0;
};

} // namespace cluster_store::actors
