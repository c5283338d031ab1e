#pragma once

#include <functional>
#include <string>
#include <utility>

#include <cluster_store/actors/runtime/runtime.hpp>
#include <cluster_store/backends/user_code.hpp>

namespace cluster_store::actors {

template <class T>
inline constexpr bool is_of_program = false;

template <class... Parameters>
inline constexpr bool is_of_program<std::function<void(Parameters...)>> = true;

/// Calls `what` by calling `call`. A `std::function` is a program's callback, and all of those are called
/// here: nobody waits for the answer of an empty one, and what one throws ends here. Anything else is the
/// library's own.
///
/// A child that was forked on an actor's thread, in the callback, ends when that returns: the actors of its
/// parent are nothing it could go on with.
/// @returns false if it threw something.
template <class Callback, class Call>
bool call_back_by(const Callback& what, const Call& call) noexcept {
  if constexpr (is_of_program<Callback>) {
    if (!what)
      return true;
    const child_ends_here guard;
    return backends::call_user_code(
        [&] {
          call();
          return true;
        },
        [](const std::string&) { return false; });
  } else {
    call();
    return true;
  }
}

/// As `call_back_by`, with these arguments.
template <class Callback, class... Arguments>
bool call_back(Callback& what, Arguments&&... arguments) noexcept {
  return call_back_by(what, [&] { what(std::forward<Arguments>(arguments)...); });
}

} // namespace cluster_store::actors
