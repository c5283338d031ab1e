#include <cluster_store/apps/bench/peers/redis_blocking.hpp>

namespace cluster_store::apps {

result<std::unique_ptr<round_result>> run_redis_blocking(const redis_address&, const load_settings&,
                                                         std::chrono::milliseconds) {
  return fail(
      errc::unsupported,
      "this program was built without hiredis, which makes Redis's blocking calls: install it (Debian and "
      "Ubuntu: package libhiredis-dev) and build again, or use --in-flight 2 or more");
}

} // namespace cluster_store::apps
