#include <cluster_store/backends/registry.hpp>

#include <utility>

#include <cluster_store/backends/absolute_path.hpp>
#include <cluster_store/backends/contained.hpp>
#include <cluster_store/backends/faulty.hpp>
#include <cluster_store/backends/memory.hpp>
#include <cluster_store/backends/rocksdb.hpp>
#include <cluster_store/backends/uri_options.hpp>

namespace cluster_store::backends {
namespace {

result<std::unique_ptr<backend>> open_memory(const uri& where) {
  if (!where.path.empty())
    return fail(errc::invalid_argument, "a memory store has no path, but '" + where.path
                                            + "' was given: write memory: or use rocksdb:" + where.path);
  if (auto good = check_option_names(where, {}); !good)
    return tl::unexpected{std::move(good).error()};
  return make_memory();
}

result<std::unique_ptr<backend>> open_rocksdb_uri(const uri& where) {
  return rocksdb_options_from(where).and_then(
      [](const rocksdb_options& options) { return open_rocksdb(options); });
}

} // namespace

registry registry::with_builtin_engines() {
  registry made;
  made.add("memory", open_memory);
  made.add("rocksdb", open_rocksdb_uri, resolve_path);
  made.add("faulty", faulty_factory(made), faulty_resolver(made));
  return made;
}

result<uri> resolve_path(const uri& where) {
  return absolute_path(where.path).map([&where](std::string path) {
    return uri{where.scheme, std::move(path), where.options};
  });
}

void registry::add(std::string scheme, factory open, resolver resolve) {
  engines_.insert_or_assign(std::move(scheme), entry{std::move(open), std::move(resolve)});
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
  std::string known;
  for (const auto& [scheme, engine] : engines_)
    known.append(known.empty() ? "" : ", ").append(scheme);
  return fail(errc::unsupported, "unknown kind of store '" + where.scheme + "': this program knows " + known);
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
