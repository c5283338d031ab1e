#include <cluster_store/actors/server/serve_in.hpp>

#include <string>
#include <utility>

#include <cluster_store/actors/handle/absolute_paths.hpp>
#include <cluster_store/actors/runtime/exit_end.hpp>
#include <cluster_store/actors/runtime/process_bound.hpp>
#include <cluster_store/actors/server/check.hpp>
#include <cluster_store/actors/server/implementation.hpp>

namespace cluster_store::actors {

namespace {

std::string libraries_of(const server_options& how) {
  std::string out = how.listen.empty() ? "server" : "server with a network";
  if (!how.tls.certificate_file.empty())
    out += " and TLS";
  for (const auto& each : how.stores)
    out += each.open ? "; one of the program's" : "; " + each.uri.substr(0, each.uri.find(':'));
  return out;
}

} // namespace

result<server> serve_in(caf::actor_system& system, std::shared_ptr<runtime> owner,
                        const server_options& how) {
  if (auto checked = check_options(how); !checked)
    return tl::unexpected{checked.error()};
  const auto absolute = with_absolute_paths(how);
  if (!absolute)
    return tl::unexpected{absolute.error()};
  auto body = make_process_bound<server::implementation>(system, std::move(owner));
  const auto started = [&] {
    const program_thread caller;
    return body->start(*absolute);
  }();
  if (!started)
    return tl::unexpected{started.error()};
  if (!end_at_exit(body, libraries_of(how)))
    return fail(errc::unavailable, "this process is ending: nothing is served any more");
  return server{std::move(body)};
}

} // namespace cluster_store::actors
