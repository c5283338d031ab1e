#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <cluster_store/backends/registry.hpp>
#include <cluster_store/backends/whole_number.hpp>

namespace cluster_store::backends {

/// @returns an error if `where` has an option that is not in `known`, naming it and the known ones.
/// @errors `invalid_argument`
inline result<void> check_option_names(const uri& where, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : where.options) {
    bool found = false;
    std::string names;
    for (const auto name : known) {
      found = found || name == key;
      names.append(names.empty() ? "" : ", ").append(name);
    }
    if (!found)
      return fail(errc::invalid_argument, "unknown option '" + key + "' of " + where.scheme + ": "
                                              + (names.empty() ? "it has none" : "it has " + names));
  }
  return {};
}

/// Reads the option `key` as a whole number from `least` to `most`.
/// @returns `otherwise` if the option is not given. @errors `invalid_argument`
inline result<std::uint64_t> number_option(const uri& where, std::string_view key, std::uint64_t otherwise,
                                           std::uint64_t least, std::uint64_t most) {
  const auto found = where.options.find(key);
  if (found == where.options.end())
    return otherwise;
  auto number = parse_whole_number(found->second, least, most);
  if (!number)
    number.error().message = "option " + found->first + " of " + where.scheme + ": " + number.error().message;
  return number;
}

} // namespace cluster_store::backends
