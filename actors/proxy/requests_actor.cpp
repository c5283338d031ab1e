#include <cluster_store/actors/proxy/requests_actor.hpp>

#include <utility>

namespace cluster_store::actors {

namespace {

std::optional<time_to_live> ttl_from(std::int64_t milliseconds) {
  if (milliseconds == no_ttl)
    return std::nullopt;
  return time_to_live{milliseconds};
}

std::int64_t ttl_to(std::optional<time_to_live> ttl) {
  return ttl ? ttl->count() : no_ttl;
}

wire::operation operation(wire::op what, std::string_view id = {}) {
  wire::operation out;
  out.what = what;
  out.id = id;
  return out;
}

} // namespace

wire::operation operation_of(const get_request& from) {
  return operation(wire::op::get, from.id);
}

wire::operation operation_of(const set_request& from) {
  auto out = operation(wire::op::set, from.id);
  out.data = from.data;
  out.ttl = ttl_from(from.ttl_milliseconds);
  out.when = {static_cast<wire::condition::kind>(from.condition), from.condition_version};
  return out;
}

wire::operation operation_of(const touch_request& from) {
  auto out = operation(wire::op::touch, from.id);
  out.ttl = ttl_from(from.ttl_milliseconds);
  return out;
}

wire::operation operation_of(const destroy_request& from) {
  return operation(wire::op::destroy, from.id);
}

wire::operation operation_of(const regenerate_request& from) {
  auto out = operation(wire::op::regenerate, from.old_id);
  out.target = from.new_id;
  return out;
}

wire::operation operation_of(const length_request&) {
  return operation(wire::op::length);
}

wire::operation operation_of(const clear_request&) {
  return operation(wire::op::clear);
}

wire::operation operation_of(const all_request& from) {
  auto out = operation(wire::op::all);
  out.cursor = from.cursor;
  out.prefix = from.prefix;
  out.rows_max = from.rows_max;
  return out;
}

get_reply to_get_reply(wire::answer&& from) {
  return {from.found, std::move(from.content.data), from.content.version, ttl_to(from.content.ttl)};
}

version_reply to_version_reply(wire::answer&& from) {
  return {from.what != wire::op::regenerate || from.found, from.content.version};
}

found_reply to_found_reply(wire::answer&& from) {
  return {from.found};
}

count_reply to_count_reply(wire::answer&& from) {
  return {from.count};
}

all_reply to_all_reply(wire::answer&& from) {
  all_reply out;
  out.cursor = std::move(from.cursor);
  out.sessions.reserve(from.sessions.size());
  for (auto& [id, content] : from.sessions)
    out.sessions.push_back({std::move(id), std::move(content.data), content.version, ttl_to(content.ttl)});
  return out;
}

} // namespace cluster_store::actors
