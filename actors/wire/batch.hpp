#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/actors/wire/wire.hpp>
#include <cluster_store/backends/backend.hpp>

/// Operations on their way to a store, whatever they are: tag, number, and the bytes of their fields.
namespace cluster_store::wire {

/// Head of a batch.
struct batch_head {
  backends::client_id client;
  std::uint64_t ticket = 0;
  std::uint64_t floor = 1; ///< Every result with a smaller sequence number has arrived and may be forgotten.

  friend bool operator==(const batch_head&, const batch_head&) = default;
};

/// One operation; a view into the frame it was read from, or into the caller's memory when it is written.
struct batch_item {
  std::uint8_t tag = 0;
  std::uint64_t seq = 0; ///< Rises per client, gaps allowed, from 1.
  std::string_view body; ///< Its fields.

  friend bool operator==(const batch_item&, const batch_item&) = default;
};

/// Builds a batch frame operation by operation.
class batch_writer {
public:
  explicit batch_writer(const batch_head& head);
  void add(const batch_item& what);
  std::size_t bytes() const noexcept { return buffer_.size(); }
  std::size_t count() const noexcept { return count_; }
  std::string take() && { return std::move(buffer_); }

private:
  std::string buffer_;
  std::size_t count_ = 0;
};

/// Reads a batch frame from front to back. The views live as long as `bytes`.
class batch_reader {
public:
  /// @errors `invalid_argument` if there is no readable head.
  static result<batch_reader> open(std::string_view bytes);

  const batch_head& head() const noexcept { return head_; }

  /// @returns the next item, nothing at the end, `invalid_argument` if the rest of the frame is not readable.
  /// An item without a readable number has the number 0.
  result<std::optional<batch_item>> next();

private:
  batch_head head_;
  std::string_view rest_;
};

} // namespace cluster_store::wire
