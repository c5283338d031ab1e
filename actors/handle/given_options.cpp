#include <cluster_store/actors/handle/given_options.hpp>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>

#include <cluster_store/actors/wire/wire.hpp>
#include <cluster_store/backends/system/absolute_path.hpp>

namespace cluster_store::actors {

namespace {

struct range {
  std::string_view option;
  std::uint64_t value;
  std::uint64_t least;
  std::uint64_t most;
};

constexpr std::uint64_t timeout_max_milliseconds = 600'000;
constexpr std::uint64_t ttl_max_milliseconds = ttl_max.count();
constexpr std::uint64_t mebibyte = 1024 * 1024;

result<void> check(const std::string& where, std::initializer_list<range> ranges) {
  for (const auto& [option, value, least, most] : ranges)
    if (value < least || value > most)
      return fail(errc::invalid_argument, where + std::string{option} + " is " + std::to_string(value)
                                              + "; it must be " + std::to_string(least) + "–"
                                              + std::to_string(most));
  return {};
}

/// Negative times count as 0, which no range allows.
std::uint64_t milliseconds(std::chrono::milliseconds time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

bool is_name_character(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9')
         || each == '.' || each == '_' || each == '-';
}

result<void> check_store_name(std::string_view name) {
  if (!name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), is_name_character))
    return {};
  return fail(errc::invalid_argument,
              "a store's name must be 1–64 letters, digits, dots, underscores or hyphens; this one has "
                  + std::to_string(name.size()) + " bytes" + (name.empty() ? "" : " or other characters"));
}

result<void> check(const store_options& how) {
  if (auto named = check_store_name(how.name); !named)
    return named;
  constexpr time_to_live none{1}; // what is not given is in order
  return check(
      "store '" + how.name + "': ",
      {{"id_bytes_max", how.limits.id_bytes_max, 1, 512},
       {"data_bytes_max", how.limits.data_bytes_max, 1024, 16 * mebibyte},
       {"in_flight_max", how.in_flight_max, 1, 65'536},
       {"ttl_default in milliseconds", milliseconds(how.ttl_default.value_or(none)), 1, ttl_max_milliseconds},
       {"logout_guard in milliseconds", milliseconds(how.logout_guard.value_or(none)), 1,
        ttl_max_milliseconds}});
}

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

result<void> check_options(const options& how) {
  if (auto valid = check_store_name(how.store.name); !valid)
    return valid;
  return check(
      "",
      {{"calls.timeout in milliseconds", milliseconds(how.calls.timeout), 1, timeout_max_milliseconds},
       {"connect_timeout in milliseconds", milliseconds(how.connect_timeout), 1, timeout_max_milliseconds},
       {"the length of worker_name", how.worker_name.size(), 0, 64},
       {"queue.operations_max", how.queue.operations_max, 1, 65'536},
       {"queue.bytes_max", how.queue.bytes_max, 1, UINT64_MAX},
       {"queue.batch_operations_max", how.queue.batch_operations_max, 1, 65'536},
       {"queue.batch_bytes_max", how.queue.batch_bytes_max, 1, wire::frame_bytes_max},
       {"queue.batches_in_flight_max", how.queue.batches_in_flight_max, 1, 64}});
}

result<void> check_options(const server_options& how) {
  if (how.stores.empty())
    return fail(errc::invalid_argument, "a master needs at least one store");
  auto valid = check("", {{"connections_max", how.connections_max, 1, 65'536},
                          {"memory_bytes_max", how.memory_bytes_max, mebibyte, mebibyte * mebibyte}});
  std::set<std::string> names;
  for (const auto& each : how.stores) {
    if (valid)
      valid = check(each);
    if (valid && !names.insert(each.name).second)
      valid = fail(errc::invalid_argument,
                   "there are two stores named '" + each.name + "': give each its own name");
  }
  return valid;
}

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
