#pragma once

#include <memory>

#include <cluster_store/backends/clock.hpp>

namespace cluster_store::actors {

/// The machine's clocks.
class system_clock final : public clock {
public:
  wall_time wall() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }

  steady_time steady() const override { return std::chrono::steady_clock::now(); }

  /// @returns the one every runtime part uses unless a test gives it another.
  static const std::shared_ptr<const clock>& instance() {
    static const auto& only =
        *new std::shared_ptr<const clock>{std::make_shared<system_clock>()}; // never ends
    return only;
  }
};

} // namespace cluster_store::actors
