#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <cluster_store/backends/backend.hpp>

namespace cluster_store::backends {

/// One session of the memory engine in one block of memory: this head, then id, user, data and extensions.
class memory_session {
public:
  struct deleter {
    void operator()(memory_session* block) const noexcept { std::free(block); }
  };
  using pointer = std::unique_ptr<memory_session, deleter>;

  /// Copies `change` into a block: into `spare` if that is one of the right size, else into a new one.
  /// @pre `check_write(change)` holds. Throws std::bad_alloc.
  static pointer make(const write& change, pointer spare = {});

  memory_session(const memory_session&) = delete;
  memory_session& operator=(const memory_session&) = delete;

  std::string_view id() const noexcept { return {text(), id_bytes_}; }

  /// @returns the record; its views point into this block.
  record content() const noexcept;

  version_number version() const noexcept { return version_; }

  /// @returns the bytes of its block.
  std::size_t block_bytes() const noexcept;

  /// Changes what a touch changes.
  void touch(const record& content) noexcept;

  /// @returns whether `content` may be taken over by `touch`, as far as that can be told cheaply.
  bool differs_only_in_expiry(const record& content) const noexcept;

private:
  memory_session() = default;

  const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }

  static constexpr std::uint8_t no_fields = 0;
  static constexpr std::uint8_t has_expires_at = 1;
  static constexpr std::uint8_t has_ttl = 2;
  static constexpr std::uint8_t has_absolute_expires_at = 4;

  version_number version_;
  version_number born_;
  wall_time created_at_;
  wall_time expires_at_;
  time_to_live ttl_;
  wall_time absolute_expires_at_;
  std::uint32_t user_bytes_;
  std::uint32_t data_bytes_;
  std::uint32_t extensions_bytes_;
  std::uint16_t id_bytes_;
  std::uint8_t codec_;
  std::uint8_t fields_;
};

} // namespace cluster_store::backends
