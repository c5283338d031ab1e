#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <cluster_store/actors/operations/list.hpp>
#include <cluster_store/actors/wire/codec.hpp>

/// Operations and their replies as bytes (docs/protocol.md, "Operations"), derived from their fields. Pure.
///
/// The fields follow each other in the order in which an operation names them. If some are optional, a byte
/// of flags comes first, whose bits say which of them are there, the first optional one having bit 0.
namespace cluster_store::operations {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;

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

/// @returns the bytes of texts that an operation holds.
template <class Operation>
std::size_t text_bytes(const Operation& what) {
  std::size_t bytes = 0;
  Operation::visit(what, [&bytes]<class T>(const field&, const T& value) {
    if constexpr (is_list<T>)
      for (const auto& each : value)
        bytes += each.size();
    else if constexpr (std::is_convertible_v<T, std::string_view>)
      bytes += value.size();
  });
  return bytes;
}

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

// -- values of fields

template <class Writer>
void write_value(Writer& to, std::string_view text) {
  to.bytes(text);
}

template <class Writer>
void write_value(Writer& to, std::uint32_t number) {
  to.variable(number);
}

template <class Writer>
void write_value(Writer& to, const std::optional<time_to_live>& ttl) {
  if (ttl)
    to.variable_signed(ttl->count());
}

template <class Writer>
void write_value(Writer& to, const std::optional<version_number>& version) {
  if (version)
    to.variable(*version);
}

template <class Writer, class Text>
void write_value(Writer& to, const std::vector<Text>& texts) {
  to.variable(texts.size());
  for (const auto& each : texts)
    to.bytes(each);
}

inline void read_value(wire::reader& from, std::string_view& text) {
  text = from.bytes();
}

inline void read_value(wire::reader& from, std::string& text) {
  text = from.bytes();
}

inline void read_value(wire::reader& from, std::uint32_t& number) {
  const auto read = from.variable();
  number = read > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(read);
}

inline void read_value(wire::reader& from, std::optional<time_to_live>& ttl) {
  ttl = time_to_live{from.variable_signed()};
}

inline void read_value(wire::reader& from, std::optional<version_number>& version) {
  version = from.variable();
}

template <class Text>
void read_value(wire::reader& from, std::vector<Text>& texts) {
  for (auto left = from.variable(); left > 0 && from.ok(); --left)
    texts.emplace_back(from.bytes());
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
  Operation::visit(what, [&to](const field&, const auto& value) { write_value(to, value); });
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
        read_value(from, value);
      flags = static_cast<std::uint8_t>(flags >> 1);
    } else {
      read_value(from, value);
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

// -- replies

template <class Writer>
void write_reply(Writer& to, bool is) {
  to.fixed(static_cast<std::uint8_t>(is));
}

template <class Writer>
void write_reply(Writer& to, std::uint64_t number) {
  to.variable(number);
}

template <class Writer>
void write_reply(Writer& to, const std::optional<version_number>& version) {
  to.fixed(static_cast<std::uint8_t>(version.has_value()));
  to.variable(version.value_or(0));
}

template <class Writer>
void write_reply(Writer& to, const std::optional<session_view>& found) {
  to.fixed(static_cast<std::uint8_t>(!found ? 0 : found->ttl ? 2 : 1));
  if (!found)
    return;
  to.variable(found->version);
  if (found->ttl)
    to.variable_signed(found->ttl->count());
  to.bytes(found->data);
}

inline session_view view_of(const session& what) {
  return {what.data, what.version, what.ttl};
}

template <class Writer>
void write_reply(Writer& to, const listing& page) {
  to.bytes(page.cursor);
  to.variable(page.sessions.size());
  for (const auto& each : page.sessions) {
    to.bytes(each.id);
    write_reply(to, std::optional{view_of(each.content)});
  }
}

template <class Writer>
void write_reply(Writer& to, const std::vector<std::optional<session_view>>& sessions) {
  to.variable(sessions.size());
  for (const auto& each : sessions)
    write_reply(to, each);
}

inline void read_reply(wire::reader& from, bool& is) {
  is = from.fixed<std::uint8_t>() != 0;
}

inline void read_reply(wire::reader& from, std::uint64_t& number) {
  number = from.variable();
}

inline void read_reply(wire::reader& from, std::optional<version_number>& version) {
  const bool has = from.fixed<std::uint8_t>() != 0;
  const auto number = from.variable();
  if (has)
    version = number;
}

inline void read_reply(wire::reader& from, std::optional<session>& found) {
  const auto how = from.fixed<std::uint8_t>();
  if (how == 0)
    return;
  auto& into = found.emplace();
  into.version = from.variable();
  if (how == 2)
    into.ttl = time_to_live{from.variable_signed()};
  into.data = from.bytes();
}

inline void read_reply(wire::reader& from, listing& page) {
  page.cursor = from.bytes();
  for (auto left = from.variable(); left > 0 && from.ok(); --left) {
    std::string id{from.bytes()};
    std::optional<session> content;
    read_reply(from, content);
    if (from.ok())
      page.sessions.push_back({std::move(id), content ? *std::move(content) : session{}});
  }
}

inline void read_reply(wire::reader& from, std::vector<std::optional<session>>& sessions) {
  for (auto left = from.variable(); left > 0 && from.ok(); --left) {
    std::optional<session> each;
    read_reply(from, each);
    if (from.ok())
      sessions.push_back(std::move(each));
  }
}

} // namespace cluster_store::operations
