#pragma once

#include <chrono>
#include <string_view>

namespace cluster_store::apps {

/// Writes all of `text` to the file descriptor `to`, also if that is in non-blocking mode. Blocks.
/// @returns 0 or the number of the system's error (`errno`); EPIPE if nobody reads any more.
/// @pre SIGPIPE is ignored.
int write_all(int to, std::string_view text);

/// @returns whether the file descriptor `to` is open for writing.
bool is_writable(int to);

/// As `write_all`, but gives up once nothing was taken for `patience`, whatever the mode of `to`.
/// @returns also ETIMEDOUT.
int write_within(int to, std::string_view text, std::chrono::milliseconds patience);

/// Writes to stderr what a program has to say, lines with their ends. A reader that is slow may take a
/// second; one that reads no more costs no longer and loses what it does not read, but holds nobody up for
/// ever.
void tell(std::string_view lines);

} // namespace cluster_store::apps
