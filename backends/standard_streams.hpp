#pragma once

namespace cluster_store {

/// Fills those of the descriptors 0–2 that are closed, as in `program <&- 2>&-`. Otherwise the next files and
/// sockets that are opened get these numbers, and what is meant for standard output or standard error is
/// written into them.
///
/// What is filled stays as unusable as it was: reading 0 and writing 1 and 2 fail with EBADF, also in
/// programs that are started from here. Source: gnulib's stdopen.
///
/// `open`, `serve` and `actors::configure` begin with this. A program that opens descriptors before should
/// call it first of all. Threads: any; while no other thread opens descriptors. Does not block.
void secure_standard_streams() noexcept;

} // namespace cluster_store
