#pragma once

#include <csignal>

namespace cluster_store {

/// Keeps SIGPIPE and SIGXFSZ from ending a program that uses the library: a connection whose other end is
/// gone, or a file beyond the file-size limit, is an error of the call (EPIPE, EFBIG). Only the mask of
/// threads is changed, never what the program does about signals.
///
/// While an object lives, both are blocked in its thread and in all that are started from it, which keep them
/// blocked. At its end the thread's mask is as before, and what came meanwhile is forgotten.
///
/// Threads: made and ended on one. Does not block.
class signal_shield {
public:
  signal_shield() noexcept;
  signal_shield(const signal_shield&) = delete;
  signal_shield& operator=(const signal_shield&) = delete;
  ~signal_shield();

  /// The same for the rest of the calling thread's life, which must be the library's own.
  static void keep() noexcept;

private:
  sigset_t before_{};
  sigset_t pending_before_{};
};

} // namespace cluster_store
