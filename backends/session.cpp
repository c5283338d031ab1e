#include <cluster_store/backends/session.hpp>

#include <algorithm>

namespace cluster_store {

result<void> check_id(std::string_view id, const session_limits& limits) {
  if (id.empty())
    return fail(errc::invalid_argument,
                "the session id is empty: give 1 to " + std::to_string(limits.id_bytes_max) + " bytes");
  if (id.size() > limits.id_bytes_max)
    return fail(errc::too_large, "the session id has " + std::to_string(id.size())
                                     + " bytes, the store allows " + std::to_string(limits.id_bytes_max));
  return {};
}

result<void> check_data(std::string_view data, const session_limits& limits) {
  if (data.size() > limits.data_bytes_max)
    return fail(errc::too_large, "the session's data has " + std::to_string(data.size())
                                     + " bytes, the store allows " + std::to_string(limits.data_bytes_max));
  return {};
}

result<void> check_ttl(time_to_live ttl) {
  if (ttl > ttl_max)
    return fail(errc::invalid_argument, "a ttl of " + std::to_string(ttl.count())
                                            + " ms is beyond 100 years: give fewer milliseconds");
  return {};
}

wall_time end_of_life(wall_time now, time_to_live ttl) {
  return now + std::clamp(ttl, -ttl_max, ttl_max);
}

} // namespace cluster_store
