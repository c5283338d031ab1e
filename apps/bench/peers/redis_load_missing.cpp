#include <cluster_store/apps/bench/peers/redis_load.hpp>

namespace cluster_store::apps {

result<std::unique_ptr<redis_load>> open_redis_load(const redis_address&, const load_settings&) {
  return fail(errc::unsupported,
              "this program was built without hiredis, with which it talks to Redis: install it (Debian and "
              "Ubuntu: package libhiredis-dev) and build again");
}

} // namespace cluster_store::apps
