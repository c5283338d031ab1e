#include <cluster_store/actors/proxy/operation_check.hpp>

#include <string>

namespace cluster_store::actors {

namespace {

constexpr std::uint32_t rows_max = 10'000;

result<void> check_capability(wire::op what, const store_facts& store) {
  const auto needed = [what] {
    switch (what) {
    case wire::op::get:
      return wire::capability::get;
    case wire::op::set:
      return wire::capability::set;
    case wire::op::touch:
      return wire::capability::touch;
    case wire::op::destroy:
      return wire::capability::destroy;
    case wire::op::length:
      return wire::capability::length;
    case wire::op::clear:
      return wire::capability::clear;
    case wire::op::all:
      return wire::capability::all;
    case wire::op::regenerate:
      return wire::capability::regenerate;
    }
    return wire::capability::get;
  }();
  if (!store.can(needed))
    return fail(errc::unsupported, "this store's engine cannot do this operation");
  return {};
}

bool has_id(wire::op what) {
  return what == wire::op::get || what == wire::op::set || what == wire::op::touch
         || what == wire::op::destroy || what == wire::op::regenerate;
}

result<void> check_page(const wire::operation& what) {
  if (what.rows_max < 1 || what.rows_max > rows_max)
    return fail(errc::invalid_argument, "rows_max is " + std::to_string(what.rows_max) + "; it must be 1–"
                                            + std::to_string(rows_max));
  return {};
}

result<void> check_fields(const wire::operation& what, const session_limits& limits) {
  if (has_id(what.what))
    if (auto valid = check_id(what.id, limits); !valid)
      return valid;
  switch (what.what) {
  case wire::op::set:
    if (what.when.what > wire::condition::kind::if_version)
      return fail(errc::invalid_argument, "a set takes at most one condition: seen (1) or if_version (2)");
    return check_data(what.data, limits);
  case wire::op::regenerate:
    return check_id(what.target, limits);
  case wire::op::all:
    return check_page(what);
  default:
    return {};
  }
}

} // namespace

result<void> check_operation(const wire::operation& what, const store_facts& store) {
  if (auto can = check_capability(what.what, store); !can)
    return can;
  if (what.ttl)
    if (auto valid = check_ttl(*what.ttl); !valid)
      return valid;
  return check_fields(what, store.limits);
}

} // namespace cluster_store::actors
