#include <cluster_store/apps/cluster_store/exit_code.hpp>

namespace cluster_store::apps {

exit_code exit_code_of(errc code) {
  switch (code) {
  case errc::invalid_argument:
    return exit_code::usage;
  case errc::unavailable:
  case errc::deadline_exceeded:
    return exit_code::unreachable;
  case errc::too_large:
  case errc::unsupported:
  case errc::unauthorized:
  case errc::not_admitted:
  case errc::version_mismatch:
  case errc::conflict:
  case errc::overloaded:
    return exit_code::refused;
  case errc::outcome_unknown:
  case errc::io_error:
  case errc::corrupt:
    break;
  }
  return exit_code::failed;
}

} // namespace cluster_store::apps
