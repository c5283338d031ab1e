#pragma once

#include <string>

/// The consumer's own header, with a name that <cluster_store/actors/client.hpp> has, too.
inline std::string consumer_session_id() {
  return "consumer";
}
