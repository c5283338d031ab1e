#pragma once

#include <cluster_store/backends/errc.hpp>

namespace cluster_store::apps {

/// How `cluster-store` ends. The numbers are part of its interface.
enum class exit_code : int {
  done = 0,
  not_found = 1,   ///< There is no such session.
  usage = 2,       ///< The command line, a setting or an argument is wrong.
  unreachable = 3, ///< No master answered in time.
  refused = 4,     ///< The master answered no: not allowed, too large, in conflict, overloaded.
  failed = 5,      ///< It was tried and failed, or nobody knows whether it was applied.
};

/// @returns how a command ends that failed with `code`.
exit_code exit_code_of(errc code);

} // namespace cluster_store::apps
