#include <string>
#include <utility>

#include <cluster_store/actors/handle/given_options.hpp>
#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/actors/server/implementation.hpp>

namespace cluster_store::actors {

namespace {

constexpr auto empty_server = "the server is empty: it was never started, or moved from";

} // namespace

std::string libraries_of(const server_options& how) {
  std::string out = how.listen.empty() ? "server" : "server with a network";
  if (!how.tls.certificate_file.empty())
    out += " and TLS";
  for (const auto& each : how.stores)
    out += each.open ? "; one of the program's" : "; " + each.uri.substr(0, each.uri.find(':'));
  return out;
}

server_options server_of(const options& how) {
  server_options out;
  out.stores = {how.store};
  out.listen.clear();
  if (how.mode != mode::standalone)
    out.listen.push_back(how.where);
  out.secret_file = how.secret_file;
  out.admin_secret_file = how.admin_secret_file;
  out.tls = how.tls;
  out.on_endpoint = how.on_endpoint;
  return out;
}

namespace {

/// Standalone and master mode: starts a server of one store; the handle owns it.
result<client> open_with_server(std::shared_ptr<caf::actor_system> home, const options& how) {
  if (auto valid = check_options(how); !valid)
    return tl::unexpected<error>{std::move(valid).error()};
  auto started = serve_in(std::move(home), server_of(how));
  if (!started)
    return tl::unexpected<error>{std::move(started).error()};
  auto handle = started->open(how);
  if (handle)
    handle->body()->after_close([owned = std::move(*started)]() mutable { owned.stop(); });
  return handle;
}

} // namespace

result<server> serve_in(std::shared_ptr<caf::actor_system> home, const server_options& how) {
  const auto absolute = check_options(how).and_then([&] { return with_absolute_paths(how); });
  if (!absolute)
    return tl::unexpected{absolute.error()};
  auto body = make_process_bound<server::implementation>(std::move(home));
  if (const auto started = body->start(*absolute); !started)
    return tl::unexpected{started.error()};
  if (!end_at_exit(body, libraries_of(how)))
    return fail(errc::unavailable, "this process is ending: nothing is served any more");
  return server{std::move(body)};
}

result<client> open_in(std::shared_ptr<caf::actor_system> home, const options& how) {
  switch (how.mode) {
  case mode::worker:
    return make_remote_client(std::move(home), how);
  case mode::automatic:
    return open_automatic(std::move(home), how);
  default:
    return open_with_server(std::move(home), how);
  }
}

} // namespace cluster_store::actors

namespace cluster_store {

result<client> server::open(const std::string& name, const call_options& calls) {
  options how;
  how.store.name = name;
  how.calls = calls;
  return open(how);
}

result<client> server::open(const options& how) {
  if (!implementation::is_usable(body_.get()))
    return actors::why_unusable(body_.get(), actors::empty_server);
  return body_->open(body_, how);
}

server_status server::status() const {
  server_status out;
  if (implementation::is_usable(body_.get()))
    actors::do_aside([&] { out = body_->status(); });
  return out;
}

result<void> server::reload_certificates() {
  if (!implementation::is_usable(body_.get()))
    return actors::why_unusable(body_.get(), actors::empty_server);
  return body_->reload_certificates();
}

result<void> server::stop() {
  return implementation::is_usable(body_.get()) ? implementation::stop(body_) : result<void>{};
}

result<server> serve(const server_options& how) {
  return actors::call_for_program([&] {
    return actors::make_actor_system(!how.listen.empty()).and_then([&](auto home) {
      return actors::serve_in(std::move(home), how);
    });
  });
}

result<client> open(const options& how) {
  return actors::call_for_program([&] {
    return actors::make_actor_system(how.mode != mode::standalone).and_then([&](auto home) {
      return actors::open_in(std::move(home), how);
    });
  });
}

} // namespace cluster_store
