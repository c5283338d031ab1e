#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include <cluster_store/backends/errc.hpp>

namespace cluster_store {

/// A code a program acts on and a message a person acts on: what, where and what to do.
struct error {
  errc code;
  std::string message;

  friend bool operator==(const error&, const error&) = default;
};

/// A value or an `error`. Never throws by itself; an engine's exceptions stop in that engine's `.cpp`.
template <class T>
using result = tl::expected<T, error>;

/// @returns the failed `result<T>` with `code` and `message`, for any `T`.
inline tl::unexpected<error> fail(errc code, std::string message) {
  return tl::unexpected<error>{error{code, std::move(message)}};
}

} // namespace cluster_store
