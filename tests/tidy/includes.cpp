#include <cluster_store/tests/tidy/includes.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <cluster_store/tests/tidy/layers.hpp>

namespace cluster_store::tidy {

namespace {

constexpr std::string_view project = "cluster_store/";

bool is_library_of_language(std::string_view include) {
  constexpr std::string_view folders[] = {"sys/", "netinet/", "arpa/", "linux/"};
  const bool posix = include.ends_with(".h") && include.find('/') == std::string_view::npos
                     && include != "xxhash.h" && !is_engine_library(include);
  return include.find_first_of("./") == std::string_view::npos || posix
         || std::any_of(std::begin(folders), std::end(folders),
                        [&](std::string_view folder) { return include.starts_with(folder); });
}

bool is_foundation(std::string_view include) {
  return is_library_of_language(include) || include == "tl/expected.hpp";
}

/// @returns the path in the project of a project include.
std::string_view path_of(std::string_view include) {
  return include.starts_with(project) ? include.substr(project.size()) : std::string_view{};
}

bool in_backends(std::string_view include) {
  return include.starts_with("cluster_store/backends/");
}

bool in_actors(std::string_view include) {
  return include.starts_with("cluster_store/actors/");
}

using verdict = std::optional<std::string>;

verdict judge_backend_interface(std::string_view path, std::string_view include) {
  if (is_foundation(include))
    return {};
  const bool is_header = path.ends_with(".hpp");
  if (!is_header && include == "xxhash.h")
    return {};
  if (!in_backends(include))
    return "the backend interface includes only the standard library, tl::expected and itself";
  const auto engine = engine_of(path_of(include));
  if (is_header && !engine.empty() && engine != engine_of(path))
    return "a header of the backend interface knows no engine";
  return {};
}

verdict judge_engine(std::string_view path, std::string_view include) {
  const auto engine = engine_of(path);
  const auto library = library_of(engine);
  if (is_foundation(include) || include == "xxhash.h" || (!library.empty() && include.starts_with(library)))
    return {};
  if (!in_backends(include))
    return "an engine includes its own library, the backend interface and nothing else";
  const auto other = engine_of(path_of(include));
  if (!other.empty() && other != engine)
    return "an engine knows no other engine";
  return {};
}

/// @returns whether an include is of threads or sockets; address formats are neither.
bool is_of_shells(std::string_view include) {
  constexpr std::string_view headers[] = {"thread",  "mutex",       "condition_variable", "poll.h",
                                          "netdb.h", "sys/epoll.h", "sys/eventfd.h",      "sys/socket.h"};
  return std::find(std::begin(headers), std::end(headers), include) != std::end(headers);
}

verdict judge_pure(std::string_view path, std::string_view include) {
  if (is_of_shells(include))
    return "pure code knows no thread and no socket";
  if (is_foundation(include))
    return {};
  if (include.starts_with("caf/"))
    return "pure code knows no CAF (docs/ARCHITECTURE.md, \"Pure or shell\")";
  if (include.starts_with("openssl/"))
    return path.ends_with(".cpp") ? verdict{} : "crypto stays in the source that uses it";
  if (in_backends(include))
    return engine_of(path_of(include)).empty() ? verdict{} : "actors/ reaches engines through the registry";
  if (in_actors(include))
    return is_shell(path_of(include)) ? "pure code includes no shell" : verdict{};
  return "pure code includes the standard library, the backend interface and other pure code";
}

verdict judge_shell(std::string_view, std::string_view include) {
  if (is_engine_library(include) || !engine_of(path_of(include)).empty())
    return "actors/ reaches engines through the registry";
  if (is_foundation(include) || in_backends(include) || in_actors(include) || include.starts_with("caf/")
      || include.starts_with("boost/") || include.starts_with("openssl/"))
    return {};
  return "actors/ includes the backend interface, itself, CAF, Boost and OpenSSL";
}

verdict judge_program(std::string_view path, std::string_view include) {
  if (is_library_of_language(include) || include == "tl/expected.hpp" || include.starts_with("CLI/")
      || include.starts_with("nlohmann/") || include.starts_with("toml++/")
      || include.starts_with("cluster_store/apps/") || is_public(path_of(include))
      || may_use_engine(path, include))
    return {};
  return "a program includes its own headers and what an installed consumer may: the public API";
}

verdict judge(layer where, std::string_view path, const include_line& include) {
  if (include.quoted)
    return where == layer::program || where == layer::free
               ? verdict{}
               : "write <cluster_store/...>, as an installed consumer does";
  switch (where) {
  case layer::backend_interface:
    return judge_backend_interface(path, include.target);
  case layer::engine:
    return judge_engine(path, include.target);
  case layer::pure:
    return judge_pure(path, include.target);
  case layer::shell:
    return judge_shell(path, include.target);
  case layer::program:
    return judge_program(path, include.target);
  case layer::free:
    return {};
  }
  return {};
}

} // namespace

std::vector<include_line> includes_of(std::string_view text) {
  std::vector<include_line> includes;
  for (const auto& each : lines_of(text)) {
    auto rest = each.text;
    const auto skip = [&rest](std::string_view word) {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
      const bool found = rest.starts_with(word);
      rest.remove_prefix(found ? word.size() : 0);
      return found;
    };
    if (!skip("#") || !skip("include"))
      continue;
    const bool quoted = skip("\"");
    if (!quoted && !skip("<"))
      continue;
    includes.push_back({each.number, std::string{rest.substr(0, rest.find(quoted ? '"' : '>'))}, quoted});
  }
  return includes;
}

layer layer_of(std::string_view path) {
  if (!is_cxx(path))
    return layer::free;
  if (path.starts_with("backends/"))
    return engine_of(path).empty() || path.ends_with(".hpp") ? layer::backend_interface : layer::engine;
  if (path.starts_with("actors/"))
    return is_shell(path) ? layer::shell : layer::pure;
  return path.starts_with("apps/") ? layer::program : layer::free;
}

std::vector<finding> check_includes(const std::vector<source_file>& tree) {
  std::vector<finding> findings;
  for (const auto& file : tree) {
    if (!is_cxx(file.path))
      continue;
    for (const auto& include : includes_of(file.text))
      if (const auto why = judge(layer_of(file.path), file.path, include))
        findings.push_back({file.path, include.line, include.target + ": " + *why});
  }
  return findings;
}

std::vector<finding> check_public_headers(const std::vector<source_file>& tree) {
  std::vector<finding> findings;
  for (const auto& file : tree) {
    if (!is_public(file.path))
      continue;
    for (const auto& include : includes_of(file.text))
      if (const auto path = path_of(include.target); !path.empty() && !is_public(path))
        findings.push_back(
            {file.path, include.line, include.target + " is not installed: tests/tidy/layers.cpp"});
  }
  return findings;
}

std::vector<finding> check_own_header_first(const std::vector<source_file>& tree) {
  std::set<std::string> headers;
  for (const auto& file : tree)
    if (file.path.ends_with(".hpp"))
      headers.insert(file.path);
  std::vector<finding> findings;
  for (const auto& file : tree) {
    if (!file.path.ends_with(".cpp")
        || !(file.path.starts_with("actors/") || file.path.starts_with("backends/")))
      continue;
    const auto header = file.path.substr(0, file.path.size() - 4) + ".hpp";
    if (!headers.contains(header))
      continue;
    const auto includes = includes_of(file.text);
    if (includes.empty() || includes.front().target != std::string{project} + header)
      findings.push_back({file.path, 1, "the first include is <" + std::string{project} + header + ">"});
  }
  return findings;
}

} // namespace cluster_store::tidy
