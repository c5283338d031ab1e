#pragma once

#include <chrono>
#include <functional>
#include <mutex>
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

/// As `write_all`, but asks `gives_up` every 50 ms while nothing is taken, whatever the mode of `to`.
/// @returns also ETIMEDOUT if it did.
int write_unless(int to, std::string_view text, const std::function<bool()>& gives_up);

/// Held while a line is written to stderr, so that lines of several threads do not mix.
std::timed_mutex& stderr_lines();

/// Writes to stderr what a program has to say, lines with their ends. A reader that is slow may take a
/// second; one that reads no more costs no longer and loses what it does not read, but holds nobody up for
/// ever.
void tell(std::string_view lines);

} // namespace cluster_store::apps
