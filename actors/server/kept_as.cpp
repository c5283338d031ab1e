#include <filesystem>
#include <optional>
#include <string>

#include <cluster_store/actors/server/implementation.hpp>

namespace cluster_store::actors {

namespace {

std::string in_milliseconds(const std::optional<time_to_live>& time) {
  return time ? std::to_string(time->count()) + " ms" : "none";
}

/// Without symbolic links: the same directory has the same name, as far as there is one already.
std::string real_path(const std::string& path) {
  std::error_code problem;
  const auto real = std::filesystem::weakly_canonical(path, problem);
  return problem ? path : real.string();
}

std::string engine_of(const store_options& how) {
  const auto where = backends::parse_uri(how.uri);
  if (how.open || !where)
    return (how.open ? "an engine of the program's own at " : "") + how.uri;
  auto out = where->scheme + ':' + (where->path.empty() ? "" : real_path(where->path));
  if (const auto sync = where->options.find("sync"); sync != where->options.end())
    out += " with sync=" + sync->second;
  return out;
}

} // namespace

std::string kept_as(const store_options& how) {
  return engine_of(how) + " (ttl_default " + in_milliseconds(how.ttl_default) + ", logout_guard "
         + in_milliseconds(how.logout_guard) + ", ids of " + std::to_string(how.limits.id_bytes_max)
         + " and data of " + std::to_string(how.limits.data_bytes_max) + " bytes at most)";
}

} // namespace cluster_store::actors
