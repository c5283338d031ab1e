#include <cluster_store/actors/handle/remote_door.hpp>

#include <utility>

#include <cluster_store/actors/runtime/system_clock.hpp>

namespace cluster_store::actors {

result<door::connect_options> connect_options_for(const endpoint& where, const std::string& secret_file,
                                                  const tls_options& tls, door::role wanted) {
  door::connect_options out;
  out.wanted = wanted;
  if (where.what == endpoint::kind::unix_socket)
    return out;
  auto key = door::load_secret(secret_file.empty() ? door::default_secret_path() : secret_file);
  if (!key)
    return tl::unexpected<error>{std::move(key).error()};
  out.key = std::move(*key);
  if (!door::is_set(tls))
    return out;
  // Every attempt reads the files again; what is wrong with them now is the caller's mistake.
  out.tls = tls;
  return door::tls_context::load(tls, door::tls_side::client, system_clock::instance()->wall())
      .map([&](const auto&) { return std::move(out); });
}

} // namespace cluster_store::actors
