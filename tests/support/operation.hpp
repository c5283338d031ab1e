#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cluster_store/actors/operations/coding.hpp>
#include <cluster_store/actors/wire/batch.hpp>
#include <cluster_store/actors/wire/results.hpp>

namespace cluster_store::tests {

/// Any operation and its number; 0 = it has none yet.
struct numbered_operation {
  operations::any_of<std::string> what;
  std::uint64_t seq = 0;

  const operations::description& is() const { return operations::description_of(what); }

  friend bool operator==(const numbered_operation&, const numbered_operation&) = default;
};

inline std::string body_of(const operations::any_of<std::string>& what) {
  std::string body;
  wire::writer to{body};
  std::visit([&to](const auto& operation) { operations::encode(operation, to); }, what);
  return body;
}

inline void add(wire::batch_writer& batch, const numbered_operation& what) {
  batch.add({what.is().tag, what.seq, body_of(what.what)});
}

/// @returns the operation of an item. @errors `unsupported` and `invalid_argument`, as a store answers them.
inline result<operations::any_of<std::string>> read_item(const wire::batch_item& item) {
  operations::any_of<std::string> what;
  switch (operations::decode<std::string>(item.tag, item.body, what)) {
  case operations::coding::good:
    return what;
  case operations::coding::newer:
    return fail(errc::unsupported, "newer");
  case operations::coding::unreadable:
    break;
  }
  return fail(errc::invalid_argument, "not readable");
}

/// The reply of any operation, in one type. Which members mean something depends on the operation.
struct test_answer {
  std::uint8_t tag = 0;
  bool found = false;
  session content;
  std::uint64_t count = 0;
  std::vector<std::optional<session>> several;
  std::vector<listed_session> sessions;
  std::string cursor;

  friend bool operator==(const test_answer&, const test_answer&) = default;
};

inline void assign(test_answer& to, bool found) {
  to.found = found;
}

inline void assign(test_answer& to, std::uint64_t number) {
  to.count = to.content.version = number;
}

inline void assign(test_answer& to, std::optional<version_number> version) {
  to.found = version.has_value();
  to.content.version = version.value_or(0);
}

inline void assign(test_answer& to, std::optional<session> found) {
  to.found = found.has_value();
  to.content = found.value_or(session{});
}

inline void assign(test_answer& to, std::vector<std::optional<session>> several) {
  to.several = std::move(several);
}

inline void assign(test_answer& to, listing page) {
  to.sessions = std::move(page.sessions);
  to.cursor = std::move(page.cursor);
}

/// @errors that of the result; `invalid_argument` for a reply that is not readable.
inline result<test_answer> read_reply(const result<wire::reply>& what) {
  if (!what)
    return tl::unexpected{what.error()};
  result<test_answer> out = fail(errc::invalid_argument, "not readable");
  operations::for_each<std::string>([&]<class Operation>() {
    if (Operation::is.tag != what->tag)
      return;
    typename Operation::reply reply{};
    wire::reader from{what->body};
    operations::read(from, reply);
    if (!from.done())
      return;
    out = test_answer{};
    out->tag = what->tag;
    assign(*out, std::move(reply));
  });
  return out;
}

/// Condition of a `set`.
struct condition {
  enum class kind : std::uint8_t { none, seen, if_version };

  kind what = kind::none;
  version_number version = 0;
};

inline numbered_operation get(std::string_view id) {
  return {operations::get_of<std::string>{std::string{id}}};
}

inline numbered_operation set(std::string_view id, std::string_view data,
                              std::optional<time_to_live> ttl = {}, condition when = {}) {
  set_options how{ttl};
  if (when.what == condition::kind::seen)
    how.seen = when.version;
  if (when.what == condition::kind::if_version)
    how.if_version = when.version;
  return {operations::set_of<std::string>{std::string{id}, std::string{data}, how}};
}

inline numbered_operation touch(std::string_view id, std::optional<time_to_live> ttl = {}) {
  return {operations::touch_of<std::string>{std::string{id}, ttl}};
}

inline numbered_operation destroy(std::string_view id) {
  return {operations::destroy_of<std::string>{std::string{id}}};
}

inline numbered_operation regenerate(std::string_view id, std::string_view new_id) {
  return {operations::regenerate_of<std::string>{std::string{id}, std::string{new_id}}};
}

inline numbered_operation length() {
  return {operations::length_of<std::string>{}};
}

inline numbered_operation clear() {
  return {operations::clear_of<std::string>{}};
}

inline numbered_operation all(std::string cursor = {}, std::string prefix = {},
                              std::uint32_t rows_max = 1'000) {
  return {operations::all_of<std::string>{std::move(cursor), std::move(prefix), rows_max}};
}

inline numbered_operation mget(std::vector<std::string> ids) {
  return {operations::mget_of<std::string>{std::move(ids)}};
}

inline numbered_operation mdestroy(std::vector<std::string> ids) {
  return {operations::mdestroy_of<std::string>{std::move(ids)}};
}

inline numbered_operation again(numbered_operation what, std::uint64_t seq) {
  what.seq = seq;
  return what;
}

} // namespace cluster_store::tests
