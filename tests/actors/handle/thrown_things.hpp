#pragma once

#include <array>
#include <functional>
#include <stdexcept>
#include <string>

namespace cluster_store::tests {

/// What a program may throw: each of these throws something of another kind.
inline const std::array<std::function<void()>, 5> throwers{
    [] { throw std::runtime_error{"thrown on purpose"}; },
    [] { throw std::string{"thrown on purpose"}; },
    [] { throw "thrown on purpose"; },
    [] { throw 42; },
    [] {
      struct odd {};
      throw odd{};
    },
};

} // namespace cluster_store::tests
