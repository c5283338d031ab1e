#include <cluster_store/apps/cluster_store/settings/serve_settings.hpp>

#include <set>
#include <utility>

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

result<std::chrono::milliseconds> parse_grace(const std::string& text) {
  constexpr std::chrono::hours longest{1};
  auto time = parse_duration(text);
  if (time && *time > longest)
    return refuse(text + " is more than 1h");
  return time;
}

result<std::optional<children_options>> serve_children(const serve_flags& flags) {
  const std::string example = ", for example: cluster-store serve --workers 4 -- node server.js";
  if (flags.workers == 0 && !flags.program.empty())
    return refuse("what stands after `--` is run by workers: say how many of them there are to be with "
                  "--workers"
                  + example);
  if (flags.workers == 0 && flags.grace)
    return refuse("--grace is for workers: there are none without --workers" + example);
  if (flags.workers == 0)
    return std::nullopt;
  if (flags.program.empty() || flags.program.front().empty())
    return refuse("--workers needs the program that they run, after `--`" + example);
  children_options out;
  out.workers = static_cast<std::size_t>(flags.workers);
  out.command = flags.program;
  out.secret_file = flags.how.secret_file;
  out.grace = flags.grace.value_or(out.grace);
  return out;
}

result<std::string> with_sync(std::string_view uri, const std::string& sync) {
  return backends::parse_uri(uri).map([&](backends::uri parts) {
    if (parts.scheme != "memory")
      parts.options["sync"] = sync;
    return to_string(parts);
  });
}

result<server_options> serve_options(serve_flags flags) {
  if (flags.stores.empty())
    flags.stores.push_back(*parse_store(default_store));
  std::set<std::string> names;
  for (auto& store : flags.stores) {
    if (!names.insert(store.name).second)
      return refuse("--store: there are two stores named '" + store.name + "'; names must differ");
    if (!flags.sync.empty())
      store.uri = *with_sync(store.uri, flags.sync);
    store.ttl_default = flags.ttl_default;
    store.logout_guard = flags.logout_guard;
    store.restored = flags.restored;
  }
  flags.how.stores = std::move(flags.stores);
  flags.how.memory_bytes_max = flags.memory_max_mib << 20;
  return std::move(flags.how);
}

result<options> automatic_options(const serve_flags& flags) {
  const auto alone = [](bool given, const std::string& flag) -> result<void> {
    if (!given)
      return {};
    return refuse("--automatic and " + flag
                  + " do not go together: that is for a master that does not change");
  };
  const server_options usual;
  return alone(flags.stores.size() > 1, "a second --store")
      .and_then([&] { return alone(flags.how.listen.size() > 1, "a second --listen"); })
      .and_then([&] { return alone(flags.workers != 0, "--workers"); })
      .and_then([&] { return alone(flags.restored, "--restored"); })
      .and_then(
          [&] { return alone(flags.how.connections_max != usual.connections_max, "--connections-max"); })
      .and_then([&] { return alone(flags.memory_max_mib != usual.memory_bytes_max >> 20, "--memory-max"); })
      .and_then([&] { return serve_options(flags); })
      .map([](const server_options& server) {
        options out;
        out.mode = mode::automatic;
        out.store = server.stores.front();
        out.where = server.listen.front();
        out.secret_file = server.secret_file;
        out.admin_secret_file = server.admin_secret_file;
        out.tls = server.tls;
        out.worker_name = "serve";
        out.connect_timeout = std::chrono::minutes{10}; // a log may be long; a signal ends the wait
        return out;
      });
}

} // namespace cluster_store::apps
