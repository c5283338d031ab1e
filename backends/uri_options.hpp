#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <cluster_store/backends/registry.hpp>
#include <cluster_store/backends/whole_number.hpp>

namespace cluster_store::backends {

/// @returns all of `names` in one line.
template <class Names>
std::string joined(const Names& names) {
  std::string made;
  for (const std::string_view name : names)
    made.append(made.empty() ? "" : ", ").append(name);
  return made;
}

/// @returns an error if `where` has an option that is not in `known`, naming it and the known ones.
/// @errors `invalid_argument`
inline result<void> check_option_names(const uri& where, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : where.options)
    if (std::ranges::find(known, key) == known.end())
      return fail(errc::invalid_argument,
                  "unknown option '" + key + "' of " + where.scheme + ": "
                      + (known.size() == 0 ? "it has none" : "it has " + joined(known)));
  return {};
}

/// Reads the option `key`, if it is given, as a whole number from `least` to `most`. @errors
/// `invalid_argument`
inline result<void> read_number(const uri& where, std::string_view key, std::uint64_t least,
                                std::uint64_t most, std::uint64_t& into) {
  const auto found = where.options.find(key);
  if (found == where.options.end())
    return {};
  const auto number = parse_whole_number(found->second, least, most);
  if (!number)
    return fail(number.error().code,
                "option " + found->first + " of " + where.scheme + ": " + number.error().message);
  into = *number;
  return {};
}

/// Reads the option `key`, if it is given, as one of `names`, which are those of an enumeration in its order.
/// @errors `invalid_argument`
template <class Value, std::size_t Count, class Into>
result<void> read_choice(const uri& where, std::string_view key,
                         const std::array<std::string_view, Count>& names, Into& into) {
  const auto found = where.options.find(key);
  if (found == where.options.end())
    return {};
  const auto at = std::ranges::find(names, found->second);
  if (at == names.end())
    return fail(errc::invalid_argument, "option " + found->first + "=" + found->second + " of " + where.scheme
                                            + ": it is one of " + joined(names));
  into = static_cast<Value>(at - names.begin());
  return {};
}

} // namespace cluster_store::backends
