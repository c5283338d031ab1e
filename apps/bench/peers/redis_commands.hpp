#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/apps/bench/workload.hpp>

namespace cluster_store::apps {

/// Commands of Redis in its protocol, RESP, for the sessions of a workload. Source: "Redis serialization
/// protocol specification", arrays of bulk strings. Pure. Not thread-safe.
class redis_commands {
public:
  explicit redis_commands(const load_settings& how);

  /// Appends to `out` what `what` is to Redis: GET, SET (with PX if sessions have a life), or PEXPIRE.
  void append(const operation& what, std::string& out);

private:
  id_buffer ids_{"key:"}; ///< As redis-benchmark names its keys.
  const value_text values_;
  const std::string life_; ///< Milliseconds; empty = for ever.
};

} // namespace cluster_store::apps
