#pragma once

#include <cstddef>
#include <cstdint>

namespace cluster_store::actors {

/// What flow control knows of one client's connection. All numbers are bytes; those that are not loans count
/// from the welcome on and only rise.
struct client_flow {
  std::uint64_t granted = 0;  ///< Of operations it may have sent.
  std::uint64_t told = 0;     ///< What it knows of that.
  std::uint64_t wanted = 0;   ///< What it would like that to be.
  std::uint64_t came = 0;     ///< Of operations that came, or that it gave back unsent.
  std::uint64_t settled = 0;  ///< Of these: answered.
  std::uint64_t returned = 0; ///< Of these: given back.
  std::uint64_t answered = 0; ///< Of answers.
  std::uint64_t taken = 0;    ///< Of these: it has taken them.
  std::size_t window = 0;     ///< Of answers it wants to have on the way at most.
  std::size_t staged = 0;     ///< Of answers of the group that is prepared.
  std::size_t needs = 0;      ///< Of the answer that had no room.
  std::size_t request_loan = 0;
  std::size_t answer_loan = 0;
  std::uint32_t progress = 0;  ///< Tick of the last sign of life.
  bool open = false;           ///< There is a connection.
  bool wants_requests = false; ///< Stands among those who wait for a loan.
  bool waits_for_room = false; ///< Its next answer had no room,
  bool waits_for_loan = false; ///< because others had borrowed it.
  bool has_news = false;       ///< It waits to hear that more is granted.

  /// @returns the bytes of answers that were made for it and that it has not taken.
  std::size_t unread() const noexcept { return static_cast<std::size_t>(answered - taken) + staged; }
};

} // namespace cluster_store::actors
