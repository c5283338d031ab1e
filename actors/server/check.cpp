#include <cluster_store/actors/server/check.hpp>

#include <set>
#include <string>

#include <cluster_store/actors/handle/options_check.hpp>

namespace cluster_store::actors {

namespace {

result<void> check(const store_options& how) {
  if (auto named = check_store_name(how.name); !named)
    return named;
  const auto where = "store '" + how.name + "': ";
  if (how.limits.id_bytes_max == 0 || how.limits.id_bytes_max > 512)
    return fail(errc::invalid_argument,
                where + "id_bytes_max is " + std::to_string(how.limits.id_bytes_max) + ": give 1 to 512");
  if (how.limits.data_bytes_max < 1024 || how.limits.data_bytes_max > 16 * 1024 * 1024)
    return fail(errc::invalid_argument, where + "data_bytes_max is "
                                            + std::to_string(how.limits.data_bytes_max)
                                            + ": give 1024 to 16777216");
  if (how.in_flight_max == 0 || how.in_flight_max > 65'536)
    return fail(errc::invalid_argument,
                where + "in_flight_max is " + std::to_string(how.in_flight_max) + ": give 1 to 65536");
  if (how.ttl_default && (*how.ttl_default <= time_to_live{0} || !check_ttl(*how.ttl_default)))
    return fail(errc::invalid_argument, where + "ttl_default must be positive and at most 100 years");
  if (how.logout_guard && (*how.logout_guard <= time_to_live{0} || !check_ttl(*how.logout_guard)))
    return fail(errc::invalid_argument, where + "logout_guard must be positive and at most 100 years");
  return {};
}

} // namespace

result<void> check_options(const server_options& how) {
  if (how.stores.empty())
    return fail(errc::invalid_argument, "a master needs at least one store");
  if (how.connections_max == 0 || how.connections_max > 65'536)
    return fail(errc::invalid_argument,
                "connections_max is " + std::to_string(how.connections_max) + ": give 1 to 65536");
  constexpr std::size_t mebibyte = 1024 * 1024;
  if (how.memory_bytes_max < mebibyte || how.memory_bytes_max > mebibyte * mebibyte)
    return fail(errc::invalid_argument, "memory_bytes_max is " + std::to_string(how.memory_bytes_max)
                                            + ": give 1048576 to 1099511627776");
  std::set<std::string> names;
  for (const auto& each : how.stores) {
    if (auto checked = check(each); !checked)
      return checked;
    if (!names.insert(each.name).second)
      return fail(errc::invalid_argument,
                  "there are two stores named '" + each.name + "': give each its own name");
  }
  return {};
}

} // namespace cluster_store::actors
