#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <cluster_store/actors/operations/list.hpp>
#include <cluster_store/actors/operations/text_bytes.hpp>
#include <cluster_store/actors/wire/wire.hpp>

/// Operations and their replies as bytes (docs/protocol.md, "Operations"), derived from their fields. Pure.
///
/// The fields follow each other in the order in which an operation names them. If some are optional, a byte
/// of flags comes first, whose bits say which of them are there, the first optional one having bit 0.
namespace cluster_store::operations {

/// How many fields of an operation are optional.
template <class Operation>
inline constexpr std::size_t optional_fields = 0;

template <template <class> class Operation, class Text>
inline constexpr std::size_t optional_fields<Operation<Text>> = [] {
  std::size_t count = 0;
  const Operation<std::string_view> empty{};
  Operation<std::string_view>::visit(
      empty, [&count]<class T>(const field&, const T&) { count += is_optional<T> ? 1 : 0; });
  return count;
}();

/// @returns how many bytes `encode` will write at most.
template <class Operation>
std::size_t coded_bytes_max(const Operation& what) {
  constexpr std::size_t number_bytes_max = 10;
  std::size_t bytes = 1 + text_bytes(what);
  Operation::visit(what, [&bytes]<class T>(const field&, const T& value) {
    bytes += number_bytes_max;
    if constexpr (is_list<T>)
      bytes += number_bytes_max * value.size();
  });
  return bytes;
}

// -- values

/// A number that counts, or a truth in one byte.
template <class Writer, std::unsigned_integral Number>
void write(Writer& to, Number number) {
  if constexpr (std::is_same_v<Number, bool>)
    to.fixed(static_cast<std::uint8_t>(number));
  else
    to.variable(number);
}

template <class Writer>
void write(Writer& to, std::string_view text) {
  to.bytes(text);
}

template <class Writer>
void write(Writer& to, time_to_live ttl) {
  to.variable_signed(ttl.count());
}

/// Whether there is one, and its version.
template <class Writer>
void write(Writer& to, const std::optional<version_number>& version) {
  write(to, version.has_value());
  write(to, version.value_or(0));
}

/// 0 = none, 1 = a session, 2 = one with a ttl.
template <class Writer>
void write(Writer& to, const std::optional<session_view>& found) {
  to.fixed(static_cast<std::uint8_t>(!found ? 0 : found->ttl ? 2 : 1));
  if (!found)
    return;
  write(to, found->version);
  if (found->ttl)
    write(to, *found->ttl);
  write(to, found->data);
}

template <class Writer>
void write(Writer& to, const listed_session& row) {
  write(to, std::string_view{row.id});
  write(to, std::optional{session_view{row.content.data, row.content.version, row.content.ttl}});
}

template <class Writer, class T>
void write(Writer& to, const std::vector<T>& list) {
  write(to, list.size());
  for (const auto& each : list)
    write(to, each);
}

template <class Writer>
void write(Writer& to, const listing& page) {
  write(to, std::string_view{page.cursor});
  write(to, page.sessions);
}

template <std::unsigned_integral Number>
void read(wire::reader& from, Number& number) {
  if constexpr (std::is_same_v<Number, bool>)
    number = from.fixed<std::uint8_t>() != 0;
  else
    number =
        static_cast<Number>(std::min<std::uint64_t>(from.variable(), std::numeric_limits<Number>::max()));
}

template <class Text>
requires std::is_convertible_v<Text, std::string_view>
void read(wire::reader& from, Text& text) {
  text = from.bytes();
}

inline void read(wire::reader& from, time_to_live& ttl) {
  ttl = time_to_live{from.variable_signed()};
}

inline void read(wire::reader& from, std::optional<version_number>& version) {
  bool is = false;
  read(from, is);
  if (read(from, version.emplace()); !is)
    version.reset();
}

inline void read(wire::reader& from, std::optional<session>& found) {
  const auto how = from.fixed<std::uint8_t>();
  if (how == 0)
    return;
  auto& into = found.emplace();
  read(from, into.version);
  if (how == 2)
    read(from, into.ttl.emplace());
  read(from, into.data);
}

inline void read(wire::reader& from, listed_session& row) {
  std::optional<session> content;
  read(from, row.id);
  read(from, content);
  row.content = std::move(content).value_or(session{});
}

template <class T>
void read(wire::reader& from, std::vector<T>& list) {
  for (auto left = from.variable(); left > 0 && from.ok(); --left)
    read(from, list.emplace_back());
}

inline void read(wire::reader& from, listing& page) {
  read(from, page.cursor);
  read(from, page.sessions);
}

// -- operations

/// Appends the fields of an operation.
template <class Operation, class Writer>
void encode(const Operation& what, Writer& to) {
  if constexpr (optional_fields < Operation >> 0) {
    std::uint8_t flags = 0;
    std::uint8_t bit = 1;
    Operation::visit(what, [&]<class T>(const field&, const T& value) {
      if constexpr (is_optional<T>) {
        flags |= value ? bit : std::uint8_t{0};
        bit = static_cast<std::uint8_t>(bit << 1);
      }
    });
    to.fixed(flags);
  }
  Operation::visit(what, [&to]<class T>(const field&, const T& value) {
    if constexpr (!is_optional<T>)
      write(to, value);
    else if (value)
      write(to, *value);
  });
}

/// What was found where the fields of an operation should be.
enum class coding : std::uint8_t {
  good,
  newer,     ///< More than is known here.
  unreadable ///< Cut off.
};

/// Reads the fields of an operation; views live as long as `body`.
template <class Operation>
coding decode(std::string_view body, Operation& into) {
  wire::reader from{body};
  constexpr auto optionals = optional_fields<Operation>;
  std::uint8_t flags = 0;
  if constexpr (optionals > 0) {
    flags = from.fixed<std::uint8_t>();
    if ((flags >> optionals) != 0)
      return coding::newer;
  }
  Operation::visit(into, [&]<class T>(const field&, T& value) {
    if constexpr (is_optional<T>) {
      if ((flags & 1u) != 0)
        read(from, value.emplace());
      flags = static_cast<std::uint8_t>(flags >> 1);
    } else {
      read(from, value);
    }
  });
  if (!from.ok())
    return coding::unreadable;
  return from.done() ? coding::good : coding::newer;
}

/// Reads the operation with this tag.
/// @returns nothing, and why in `problem`, if there is none that can be read.
template <class Text>
coding decode(std::uint8_t tag, std::string_view body, any_of<Text>& into) {
  auto outcome = coding::newer;
  [&]<class... Operations>(const std::tuple<Operations...>*) {
    static_cast<void>(
        ((tag == Operations::is.tag && (outcome = decode(body, into.template emplace<Operations>()), true))
         || ...));
  }(static_cast<const all_operations<Text>*>(nullptr));
  return outcome;
}

} // namespace cluster_store::operations
