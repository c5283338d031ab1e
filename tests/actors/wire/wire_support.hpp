#pragma once

#include <string>
#include <vector>

#include <cluster_store/actors/wire/wire.hpp>

namespace cluster_store::tests {

/// One operation of every kind, with and without its optional parts.
inline std::vector<wire::operation> every_operation() {
  using namespace std::chrono_literals;
  std::vector<wire::operation> out;
  const auto add = [&out](wire::op what) -> wire::operation& {
    auto& added = out.emplace_back();
    added.what = what;
    added.seq = out.size() * 1'000'003;
    return added;
  };
  add(wire::op::get).id = "a";
  auto& plain = add(wire::op::set);
  plain.id = "id";
  plain.data = "data";
  auto& seen = add(wire::op::set);
  seen.id = "id";
  seen.data = std::string_view{"\0\xff", 2};
  seen.ttl = -5ms;
  seen.when = {wire::condition::kind::seen, 7};
  auto& exact = add(wire::op::set);
  exact.id = "id";
  exact.ttl = ttl_max;
  exact.when = {wire::condition::kind::if_version, UINT64_MAX};
  add(wire::op::touch).id = "id";
  auto& renewed = add(wire::op::touch);
  renewed.id = "id";
  renewed.ttl = 30min;
  add(wire::op::destroy).id = "id";
  add(wire::op::length);
  add(wire::op::clear);
  auto& page = add(wire::op::all);
  page.cursor = "cursor";
  page.prefix = "prefix";
  page.rows_max = 10'000;
  auto& moved = add(wire::op::regenerate);
  moved.id = "old";
  moved.target = "new";
  return out;
}

inline std::string batch_of(const std::vector<wire::operation>& operations,
                            const wire::batch_head& head = {}) {
  wire::batch_writer batch{head};
  for (const auto& each : operations)
    batch.add(each);
  return std::move(batch).take();
}

/// One result of every kind.
inline std::vector<result<wire::answer>> every_result() {
  using namespace std::chrono_literals;
  std::vector<result<wire::answer>> out;
  const auto add = [&out](wire::op what) -> wire::answer& {
    out.emplace_back(wire::answer{});
    out.back()->what = what;
    return *out.back();
  };
  add(wire::op::get);
  auto& found = add(wire::op::get);
  found.found = true;
  found.content = {"data", 7, 90s};
  auto& lasting = add(wire::op::get);
  lasting.found = true;
  lasting.content = {std::string(70'000, 'x'), UINT64_MAX, {}};
  add(wire::op::set).content.version = 3;
  add(wire::op::touch).found = true;
  add(wire::op::destroy);
  auto& moved = add(wire::op::regenerate);
  moved.found = true;
  moved.content.version = 9;
  add(wire::op::length).count = 1'000'000;
  add(wire::op::clear).count = 0;
  auto& page = add(wire::op::all);
  page.cursor = "next";
  page.sessions = {{"a", {"1", 1, 5s}}, {"b", {"", 2, {}}}};
  for (const auto& row : errc_table)
    out.emplace_back(fail(row.code, "message of " + std::string{row.name}));
  return out;
}

} // namespace cluster_store::tests
