#pragma once

#include <cstddef>
#include <type_traits>

namespace cluster_store::backends {

/// The way to a core's private `void check_invariants() const`, which says in words and asserts what always
/// holds between its members. A core befriends this class.
///
/// Tests and fuzz targets call `check` after every step. Public functions that change a core hold an
/// `at_end`, which checks as they return in builds with sanitizers and is nothing in others.
///
/// Threads: those that may use the core.
class invariants {
public:
  template <class Core>
  static auto check(const Core& core) {
    return core.check_invariants();
  }

  template <class Core>
  class [[maybe_unused]] at_end;
};

#ifdef CLUSTER_STORE_CHECK_INVARIANTS

/// A core whose check looks at all it holds has it return how many things that were. Calls then pay for it in
/// instalments, so that a test with a large core takes a multiple of its time and not its square.
template <class Core>
class invariants::at_end {
public:
  explicit at_end(const Core& core) : core_(&core) {}
  at_end(const at_end&) = delete;
  at_end& operator=(const at_end&) = delete;

  ~at_end() {
    if constexpr (std::is_void_v<decltype(check(*core_))>) {
      check(*core_);
    } else {
      thread_local std::size_t owed = 0;
      if (owed <= instalment)
        owed = check(*core_);
      else
        owed -= instalment;
    }
  }

private:
  static constexpr std::size_t instalment = 128; ///< Things that one call pays for.

  const Core* core_;
};

#else

template <class Core>
class invariants::at_end {
public:
  explicit constexpr at_end(const Core&) noexcept {}
  at_end(const at_end&) = delete;
  at_end& operator=(const at_end&) = delete;
};

#endif

} // namespace cluster_store::backends
