#include <cluster_store/actors/server/secrets.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace cluster_store::actors {

result<door::secrets> secrets_for(const server_options& how) {
  door::secrets out;
  const auto read = [](result<door::secret> key, std::optional<door::secret>& into) -> result<void> {
    if (!key)
      return fail(key.error().code == errc::io_error ? errc::io_error : errc::unauthorized,
                  key.error().message);
    into = std::move(*key);
    return {};
  };
  if (!how.admin_secret_file.empty())
    if (auto done = read(door::load_secret(how.admin_secret_file), out.admin); !done)
      return tl::unexpected{done.error()};
  if (std::none_of(how.listen.begin(), how.listen.end(),
                   [](const endpoint& each) { return each.what == endpoint::kind::tcp; }))
    return out;
  auto key = how.secret_file.empty() ? door::load_or_create_secret(door::default_secret_path())
                                     : door::load_secret(how.secret_file);
  if (auto done = read(std::move(key), out.worker); !done)
    return tl::unexpected{done.error()};
  if (out.admin && out.admin->reveal() == out.worker->reveal())
    return fail(errc::invalid_argument, "the secret of admins is the one of workers: " + how.admin_secret_file
                                            + " needs one of its own");
  return out;
}

} // namespace cluster_store::actors
