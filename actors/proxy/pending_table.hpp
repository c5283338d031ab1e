#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/options.hpp>
#include <cluster_store/actors/proxy/call.hpp>
#include <cluster_store/actors/proxy/ring.hpp>
#include <cluster_store/actors/proxy/window.hpp>
#include <cluster_store/actors/wire/batch.hpp>
#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// A proxy's unanswered operations: numbers them when they are first sent, packs them into batches, keeps
/// them until they are answered, and knows what may be sent again after a loss.
///
/// Pure; one thread. All operations of a table have the same timeout, so deadlines rise in the order of
/// issue and the next one to expire is always in front; every step costs O(1) per operation. Completions are
/// called from inside, when the table's state is consistent again; they must not call back into it.
class pending_table {
public:
  explicit pending_table(const queue_limits& limits);

  /// @returns how many operations wait for an answer.
  std::size_t size() const noexcept { return size_; }

  /// @returns the bytes of their ids and data.
  std::size_t bytes() const noexcept { return bytes_; }

  /// @returns how many are on their way: neither answered by the store nor lost.
  std::size_t in_flight() const noexcept { return in_flight_; }

  /// @returns whether there is no room for `what`.
  bool full_for(const call& what) const noexcept;

  /// Every smaller number has been answered: the store may forget those results.
  std::uint64_t floor() const noexcept { return first_seq_; }

  /// @returns the number the next operation will get; all given out so far are smaller.
  std::uint64_t next_seq() const noexcept { return next_seq_; }

  /// Appends an operation. @pre `!full_for(*what)`, and `deadline` is not before any other.
  void add(std::unique_ptr<call> what, steady_time deadline);

  /// What the store of this connection allows, and how it knows its client.
  struct terms {
    backends::client_id client;
    std::uint64_t ticket = 0;
    std::size_t in_flight_max = 0; ///< Most operations it lets a client have unanswered.
    window bytes;                  ///< How much may be sent to it.
  };

  /// Packs the next batch: what has to be sent again first, with its old numbers, then what waits.
  /// @returns its frame; nothing if nothing waits, or enough is in flight. @post at most so many are in
  /// flight
  ///   if it was so before.
  std::optional<std::string> next_batch(terms& with);

  /// @returns the bytes that the next operation has in a batch, or a few more; 0 if none waits to be sent.
  std::size_t next_bytes();

  /// @returns a batch without operations that reports what there is to report.
  std::string report(terms& with);

  /// The result of `seq` has arrived. Ignored if nothing with that number is in flight.
  void settle(std::uint64_t seq, result<wire::reply>&& what);

  /// What was in flight will not be answered any more and may be sent again, except what was in flight when
  /// the store actor died a second time: its mutations are answered `outcome_unknown`, its reads
  /// `unavailable`. @post nothing is in flight.
  void lost(bool store_died);

  /// Answers every mutation that was ever sent with `outcome_unknown`: whether it was applied can no longer
  /// be found out.
  void give_up_sent_mutations(const std::string& why);

  /// Answers what is past its deadline: `deadline_exceeded` if it was sent, else `unsent`.
  void expire(steady_time now, const error& unsent);

  /// Answers everything: `outcome_unknown` to mutations that were sent, `unavailable` to the rest. @post it
  /// is empty.
  void close(const std::string& why);

  /// @returns when the next operation expires.
  std::optional<steady_time> next_deadline();

private:
  friend backends::invariants;

  struct waiting {
    std::unique_ptr<call> what;
    steady_time deadline{};
  };

  /// Without a call once the caller has its answer.
  struct sent : waiting {
    std::uint16_t batch = 0; ///< Index of the batch it is in flight with.
    std::uint8_t deaths = 0; ///< How often the store actor died meanwhile.
    bool in_flight = false;
  };

  sent& at(std::uint64_t seq) noexcept { return sent_[seq - first_seq_]; }
  const sent& at(std::uint64_t seq) const noexcept { return sent_[seq - first_seq_]; }
  std::optional<std::uint16_t> free_batch() const noexcept;
  bool anything_to_send();
  wire::batch_head head(terms& with, std::size_t next) const;
  void pack(sent& entry, std::uint64_t seq, std::uint16_t batch, wire::batch_writer& out);
  void take_from_flight(sent& entry) noexcept;
  void answer(sent& entry, result<wire::reply>&& what);
  void answer(std::unique_ptr<call> what, result<wire::reply>&& with);
  void drop_settled_front() noexcept;
  bool is_latest(steady_time deadline) const noexcept;
  std::size_t check_invariants() const;
  void check_flight() const;
  void check_sums() const;

  queue_limits limits_;
  ring<waiting> waiting_; ///< Never sent, not numbered yet.
  ring<sent> sent_;       ///< Numbers first_seq_ … next_seq_ - 1.
  std::uint64_t first_seq_ = 1;
  std::uint64_t next_seq_ = 1;
  std::uint64_t resend_seq_ = 1;       ///< Smaller numbers need not be sent (again).
  std::uint64_t expire_seq_ = 1;       ///< Callers of smaller numbers have their answers.
  std::vector<std::uint32_t> batches_; ///< Unanswered operations of each batch in flight; 0 = free.
  std::size_t in_flight_ = 0;          ///< Their sum.
  std::size_t batch_bytes_ = 0;        ///< How large one was lately: the next may be, too.
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace cluster_store::actors
