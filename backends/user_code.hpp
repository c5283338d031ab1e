#pragma once

#include <string>
#include <utility>

namespace cluster_store::backends {

/// @returns in words what was thrown: the text of a `std::exception`, a text itself, else the name of its
/// type.
/// @pre called while an exception is handled.
std::string text_of_thrown();

/// Calls what a program passed in (a factory, an engine, a callback): it may throw anything, and must not
/// take anybody else with it.
/// @returns what `call` returns, or what `thrown` makes of the text of what it threw.
template <class Call, class Thrown>
auto call_user_code(Call&& call, Thrown&& thrown) -> decltype(call()) {
  try {
    return call();
  } catch (...) {
    return std::forward<Thrown>(thrown)(text_of_thrown());
  }
}

} // namespace cluster_store::backends
