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

/// Head of a batch. A batch without operations only says what its head does.
///
/// The numbers of bytes count from the welcome on, so that each replaces the one before: of operations as
/// they stand in batches, of results as they stand in frames, both without the heads.
struct batch_head {
  backends::client_id client;
  std::uint64_t ticket = 0;
  std::uint64_t floor = 1; ///< Every result with a smaller sequence number has arrived and may be forgotten.
  std::uint64_t answers_taken = 0;     ///< Bytes of results that the client has taken.
  std::uint64_t requests_wanted = 0;   ///< Bytes of operations that it would like to have sent then.
  std::uint64_t requests_returned = 0; ///< Of those it was granted: it will not send so many.

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
  /// @param expected_bytes for which there is room at once.
  explicit batch_writer(const batch_head& head, std::size_t expected_bytes = 0);
  void add(const batch_item& what);
  std::size_t bytes() const noexcept { return buffer_.size(); }

  /// @returns the bytes of the operations alone.
  std::size_t operation_bytes() const noexcept { return buffer_.size() - head_bytes_; }
  std::size_t count() const noexcept { return count_; }
  std::string take() && { return std::move(buffer_); }

private:
  std::string buffer_;
  std::size_t head_bytes_ = 0;
  std::size_t count_ = 0;
};

/// Reads a batch frame from front to back. The views live as long as `bytes`.
class batch_reader {
public:
  /// @errors `invalid_argument` if there is no readable head.
  static result<batch_reader> open(std::string_view bytes);

  const batch_head& head() const noexcept { return head_; }

  /// @returns the bytes of the operations that were not read yet.
  std::size_t operation_bytes() const noexcept { return rest_.size(); }

  /// @returns the next item, nothing at the end, `invalid_argument` if the rest of the frame is not readable.
  /// An item without a readable number has the number 0.
  result<std::optional<batch_item>> next();

private:
  batch_head head_;
  std::string_view rest_;
};

} // namespace cluster_store::wire
