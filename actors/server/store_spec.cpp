#include <cluster_store/actors/server/store_spec.hpp>

#include <atomic>
#include <memory>

#include <cluster_store/backends/contained.hpp>
#include <cluster_store/backends/system/random.hpp>

namespace cluster_store::actors {

store_spec spec_of(const store_options& how, std::size_t memory_bytes) {
  store_spec out;
  out.name = how.name;
  out.core.limits = how.limits;
  out.core.in_flight_max = how.in_flight_max;
  out.core.clients.results_max = how.in_flight_max;
  // What is lent in each direction is in memory twice while it is passed on to or from the network.
  out.core.flow.requests_bytes_max = out.core.flow.answers_bytes_max = memory_bytes / 4;
  out.core.ttl_default = how.ttl_default;
  out.core.logout_guard = how.logout_guard;
  if (how.restored)
    out.core.copy_identity = random_array<wire::token>();
  // Shared: the supervisor copies this for every start, and a program's own factory may not like to be
  // copied.
  const auto open = std::make_shared<const backends::factory>(how.open);
  out.open = [uri = how.uri, open, engines = backends::registry::with_builtin_engines(),
              was_open = std::make_shared<std::atomic<bool>>(false)]() {
    return backends::parse_uri(uri)
        .and_then([&](const backends::uri& where) {
          const auto there = *was_open && !*open ? engines.check_presence(where) : result<void>{};
          return there.map([&] { return where; });
        })
        .and_then([&](const backends::uri& where) {
          return *open ? backends::open_contained(*open, where) : engines.open(where);
        })
        .map([&](std::unique_ptr<backends::backend> opened) {
          *was_open = true;
          return opened;
        });
  };
  return out;
}

} // namespace cluster_store::actors
