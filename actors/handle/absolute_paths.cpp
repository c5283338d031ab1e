#include <cluster_store/actors/handle/absolute_paths.hpp>

#include <initializer_list>
#include <utility>

#include <cluster_store/backends/system/absolute_path.hpp>

namespace cluster_store::actors {

namespace {

struct named_path {
  const char* option;
  std::string* path;
};

result<void> make_absolute(std::initializer_list<named_path> paths) {
  for (const auto& [option, path] : paths) {
    auto absolute = absolute_path(*path);
    if (!absolute)
      return fail(absolute.error().code, std::string{option} + ": " + absolute.error().message);
    *path = *std::move(absolute);
  }
  return {};
}

result<void> make_absolute(store_options& how) {
  static const auto& engines = *new auto(backends::registry::with_builtin_engines());
  const auto given = backends::parse_uri(how.uri);
  if (!given)
    return {}; // whoever opens it says what is wrong
  auto absolute = engines.resolve(*given);
  if (!absolute)
    return fail(absolute.error().code, "store '" + how.name + "': " + absolute.error().message);
  if (*absolute != *given)
    how.uri = to_string(*absolute);
  return {};
}

} // namespace

result<server_options> with_absolute_paths(server_options how) {
  auto done = make_absolute({{"secret_file", &how.secret_file},
                             {"admin_secret_file", &how.admin_secret_file},
                             {"tls.certificate_file", &how.tls.certificate_file},
                             {"tls.key_file", &how.tls.key_file},
                             {"tls.authority_file", &how.tls.authority_file}});
  for (auto& each : how.listen)
    if (done)
      done = make_absolute({{"listen", &each.path}});
  for (auto& each : how.stores)
    if (done)
      done = make_absolute(each);
  return done.map([&] { return std::move(how); });
}

result<options> with_absolute_paths(options how) {
  return make_absolute({{"where", &how.where.path},
                        {"secret_file", &how.secret_file},
                        {"tls.certificate_file", &how.tls.certificate_file},
                        {"tls.key_file", &how.tls.key_file},
                        {"tls.authority_file", &how.tls.authority_file}})
      .map([&] { return std::move(how); });
}

} // namespace cluster_store::actors
