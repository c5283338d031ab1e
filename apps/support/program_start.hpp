#pragma once

namespace cluster_store::apps {

/// What every program of ours does first of all: makes descriptors 0–2 safe (`secure_standard_streams`), lets
/// a write to a closed pipe or beyond the file-size limit fail instead of ending the process, and does not
/// inherit that the signals that end it are blocked.
/// @pre the process has one thread.
void begin_program() noexcept;

/// Undoes for a program that is to be started what it would not expect of its parent. Only calls that are
/// safe between fork and exec.
void reset_signals() noexcept;

} // namespace cluster_store::apps
