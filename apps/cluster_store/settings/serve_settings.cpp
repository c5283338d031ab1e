#include <cluster_store/apps/cluster_store/settings/serve_settings.hpp>

#include <algorithm>

#include <cluster_store/apps/support/duration.hpp>
#include <cluster_store/backends/registry.hpp>

namespace cluster_store::apps {

namespace {

tl::unexpected<error> refuse(std::string message) {
  return fail(errc::invalid_argument, std::move(message));
}

/// @returns a duration; refuses 0 since it `at_zero`.
result<time_to_live> parse_positive(const std::string& text, const std::string& at_zero) {
  auto time = parse_duration(text);
  if (time && time->count() == 0)
    return refuse(at_zero);
  return time;
}

/// Reads a flag's text, or none if it is not given.
template <class F>
auto read_flag(const std::string& flag, const std::string& text, F parse)
    -> result<std::optional<typename decltype(parse(text))::value_type>> {
  if (text.empty())
    return std::nullopt;
  auto read = parse(text);
  if (!read)
    return refuse(flag + ": " + read.error().message);
  return *std::move(read);
}

result<store_options> read_store(const std::string& text, const std::string& sync) {
  return parse_store(text).and_then([&](store_options store) -> result<store_options> {
    auto complete = sync.empty() ? result<std::string>{store.uri} : with_sync(store.uri, sync);
    if (!complete)
      return tl::unexpected{complete.error()};
    store.uri = *std::move(complete);
    return store;
  });
}

result<std::vector<store_options>> read_stores(const serve_flags& flags) {
  std::vector<store_options> stores;
  const auto ttl_default = read_flag("--ttl-default", flags.ttl_default, parse_ttl_default);
  if (!ttl_default)
    return tl::unexpected{ttl_default.error()};
  const auto logout_guard = read_flag("--logout-guard", flags.logout_guard, parse_logout_guard);
  if (!logout_guard)
    return tl::unexpected{logout_guard.error()};
  const auto texts = flags.stores.empty() ? std::vector{std::string{default_store}} : flags.stores;
  for (const auto& text : texts) {
    auto store = read_store(text, flags.sync);
    if (!store)
      return refuse("--store: " + store.error().message);
    if (std::any_of(stores.begin(), stores.end(),
                    [&](const auto& other) { return other.name == store->name; }))
      return refuse("--store: there are two stores named '" + store->name + "'; names must differ");
    store->ttl_default = *ttl_default;
    store->logout_guard = *logout_guard;
    store->restored = flags.restored;
    stores.push_back(*std::move(store));
  }
  return stores;
}

} // namespace

result<store_options> parse_store(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return refuse("'" + text + "' is not NAME=URI, for example sessions=rocksdb:/var/lib/app");
  store_options store;
  store.name = text.substr(0, equals);
  store.uri = text.substr(equals + 1);
  if (const auto good = backends::parse_uri(store.uri); !good)
    return refuse(store.name + ": " + good.error().message);
  return store;
}

result<time_to_live> parse_ttl_default(const std::string& text) {
  return parse_positive(text,
                        "0s would destroy every session as it is set; leave the flag out for no expiry");
}

result<time_to_live> parse_logout_guard(const std::string& text) {
  return parse_positive(text, "0s would guard nothing; leave the flag out for that");
}

result<std::string> with_sync(std::string_view uri, std::string_view sync) {
  const auto parts = backends::parse_uri(uri);
  if (!parts)
    return tl::unexpected{parts.error()};
  if (parts->scheme == "memory")
    return std::string{uri};
  const auto query = uri.find('?');
  std::string changed{uri.substr(0, query)};
  char separator = '?';
  for (auto rest = query == std::string_view::npos ? std::string_view{} : uri.substr(query + 1);
       !rest.empty();) {
    const auto option = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), option.size() + 1));
    if (option.starts_with("sync="))
      continue;
    changed += std::exchange(separator, '&');
    changed += option;
  }
  changed += separator;
  changed += "sync=";
  changed += sync;
  return changed;
}

result<server_options> read_serve_flags(const serve_flags& flags) {
  server_options how;
  auto stores = read_stores(flags);
  if (!stores)
    return tl::unexpected{stores.error()};
  how.stores = *std::move(stores);
  if (!flags.listen.empty())
    how.listen.clear();
  for (const auto& text : flags.listen) {
    auto where = parse_endpoint(text);
    if (!where)
      return refuse("--listen: " + where.error().message);
    how.listen.push_back(*std::move(where));
  }
  how.secret_file = flags.secret_file;
  how.admin_secret_file = flags.admin_secret_file;
  how.tls = flags.tls;
  how.connections_max = flags.connections_max;
  how.memory_bytes_max = flags.memory_max_mib << 20;
  return how;
}

} // namespace cluster_store::apps
