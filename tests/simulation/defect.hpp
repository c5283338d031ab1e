#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cluster_store::simulation {

/// What the doubles of the simulator can do wrong on purpose, so that what it finds is known. Nothing of this
/// is in what ships: messages, rows and effects are altered on their way between the cores.
enum class defect : std::uint8_t {
  none,
  client_rows_forgotten, ///< A store that starts finds none of its client rows.
  client_row_lost,       ///< Now and then a commit is applied without its client rows.
  void_ticket_accepted,  ///< Batches get the valid ticket of their client on the way.
  election_lock_shared,  ///< The lock is given to who asks although another has it.
  data_lock_ignored,     ///< The data is opened while a process that is ending still has it.
  answer_before_commit,  ///< Results leave when the engine begins to write.
  commit_not_synced,     ///< The engine says that a commit survives a power cut, and it does not.
  renumbered_resend,     ///< What is sent again gets another number.
  deadline_forgotten,    ///< A proxy's timer never rings.
  disconnect_not_told,   ///< Some `disconnected` is swallowed.
  incarnation_kept,      ///< Data that are new have the identity of the former ones.
  lane_out_of_order,     ///< A connection swaps messages.
  results_swapped,       ///< Results of two operations of a frame change places.
  stale_read,            ///< The engine reads what was there before the last write.
  write_lost,            ///< Now and then a commit is applied without one of its writes.
  abort_that_applied,    ///< The engine says that a commit failed, and applied it.
  version_reserve_lost,  ///< What was reserved of versions is not written.
  ticket_repeated,       ///< What was reserved of tickets is not written.
  window_ignored         ///< Grants of bytes are larger on the wire than the store gave.
};

struct named_defect {
  defect what;
  std::string_view name;
};

inline constexpr std::array defects{
    named_defect{defect::client_rows_forgotten, "client_rows_forgotten"},
    named_defect{defect::client_row_lost, "client_row_lost"},
    named_defect{defect::void_ticket_accepted, "void_ticket_accepted"},
    named_defect{defect::election_lock_shared, "election_lock_shared"},
    named_defect{defect::data_lock_ignored, "data_lock_ignored"},
    named_defect{defect::answer_before_commit, "answer_before_commit"},
    named_defect{defect::commit_not_synced, "commit_not_synced"},
    named_defect{defect::renumbered_resend, "renumbered_resend"},
    named_defect{defect::deadline_forgotten, "deadline_forgotten"},
    named_defect{defect::disconnect_not_told, "disconnect_not_told"},
    named_defect{defect::incarnation_kept, "incarnation_kept"},
    named_defect{defect::lane_out_of_order, "lane_out_of_order"},
    named_defect{defect::results_swapped, "results_swapped"},
    named_defect{defect::stale_read, "stale_read"},
    named_defect{defect::write_lost, "write_lost"},
    named_defect{defect::abort_that_applied, "abort_that_applied"},
    named_defect{defect::version_reserve_lost, "version_reserve_lost"},
    named_defect{defect::ticket_repeated, "ticket_repeated"},
    named_defect{defect::window_ignored, "window_ignored"},
};

} // namespace cluster_store::simulation
