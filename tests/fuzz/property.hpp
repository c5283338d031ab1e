#pragma once

#include <stdexcept>
#include <string>

namespace cluster_store::fuzz {

/// What a target throws when a property does not hold: libFuzzer reports it as a crash, Catch2 as a failure.
class broken_property : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

inline void expect(bool holds, const char* property) {
  if (!holds)
    throw broken_property{property};
}

inline void expect(bool holds, const std::string& property) {
  if (!holds)
    throw broken_property{property};
}

} // namespace cluster_store::fuzz
