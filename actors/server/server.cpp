#include <cluster_store/actors/server.hpp>

#include <utility>

#include <cluster_store/actors/runtime/process_bound.hpp>
#include <cluster_store/actors/server/implementation.hpp>
#include <cluster_store/actors/server/serve_in.hpp>

namespace cluster_store {

result<client> server::open(const std::string& name, const call_options& calls) {
  options how;
  how.store.name = name;
  how.calls = calls;
  return open(how);
}

result<client> server::open(const options& how) {
  return implementation::is_usable(body_) ? body_->open(body_, how)
                                          : result<client>{implementation::why_unusable(body_)};
}

server_status server::status() const {
  server_status out;
  if (implementation::is_usable(body_))
    actors::do_aside([&] { out = body_->status(); });
  return out;
}

result<void> server::reload_certificates() {
  return implementation::is_usable(body_) ? body_->reload_certificates()
                                          : result<void>{implementation::why_unusable(body_)};
}

result<void> server::stop() {
  return implementation::is_usable(body_) ? implementation::stop(body_) : result<void>{};
}

result<server> serve(const server_options& how) {
  return actors::call_for_program([&]() -> result<server> {
    auto home = actors::runtime::make(!how.listen.empty());
    if (!home)
      return tl::unexpected<error>{std::move(home).error()};
    auto& system = (*home)->system();
    return actors::serve_in(system, std::move(*home), how);
  });
}

} // namespace cluster_store
