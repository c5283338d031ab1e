#include <cluster_store/backends/registry.hpp>

#include <filesystem>
#include <system_error>
#include <utility>

#include <cluster_store/backends/contained.hpp>
#include <cluster_store/backends/faulty/faulty.hpp>
#include <cluster_store/backends/memory/memory.hpp>
#include <cluster_store/backends/rocksdb/rocksdb.hpp>
#include <cluster_store/backends/system/absolute_path.hpp>
#include <cluster_store/backends/uri_options.hpp>

namespace cluster_store::backends {
namespace {

result<std::unique_ptr<backend>> open_memory(const uri& where) {
  if (!where.path.empty())
    return fail(errc::invalid_argument, "a memory store has no path, but '" + where.path
                                            + "' was given: write memory: or use rocksdb:" + where.path);
  return check_option_names(where, {}).map(make_memory);
}

/// RocksDB's file CURRENT is there as long as the database is.
result<void> check_rocksdb_presence(const uri& where) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::path{where.path} / "CURRENT", ignored))
    return {};
  return fail(errc::io_error, "rocksdb:" + where.path
                                  + ": its directory was removed, moved or replaced while the store was "
                                    "open: bring it back; nothing is made anew in its place");
}

result<std::unique_ptr<backend>> open_rocksdb_uri(const uri& where) {
  return rocksdb_options_from(where).and_then(open_rocksdb);
}

} // namespace

registry registry::with_builtin_engines() {
  registry made;
  made.add("memory", open_memory);
  made.add("rocksdb", open_rocksdb_uri, resolve_path, check_rocksdb_presence);
  add_faulty(made);
  return made;
}

result<uri> resolve_path(const uri& where) {
  return absolute_path(where.path).map([&where](std::string path) {
    return uri{where.scheme, std::move(path), where.options};
  });
}

void registry::add(std::string scheme, factory open, resolver resolve, presence_check check_presence) {
  engines_.insert_or_assign(std::move(scheme),
                            entry{std::move(open), std::move(resolve), std::move(check_presence)});
}

result<void> registry::check_presence(const uri& where) const {
  const auto found = engines_.find(where.scheme);
  if (found == engines_.end() || !found->second.check_presence)
    return {};
  return resolve(where).and_then(found->second.check_presence);
}

result<uri> registry::resolve(const uri& where) const {
  const auto found = engines_.find(where.scheme);
  return found == engines_.end() || !found->second.resolve ? where : found->second.resolve(where);
}

result<std::unique_ptr<backend>> registry::open(const uri& where) const {
  const auto found = engines_.find(where.scheme);
  if (found != engines_.end())
    return resolve(where).and_then(
        [&](const uri& resolved) { return open_contained(found->second.open, resolved); });
  return fail(errc::unsupported,
              "unknown kind of store '" + where.scheme + "': this program knows " + joined(schemes()));
}

result<std::unique_ptr<backend>> registry::open(std::string_view text) const {
  return parse_uri(text).and_then([this](const uri& where) { return open(where); });
}

std::vector<std::string> registry::schemes() const {
  std::vector<std::string> made;
  for (const auto& [scheme, engine] : engines_)
    made.push_back(scheme);
  return made;
}

} // namespace cluster_store::backends
