#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cluster_store::door {

/// Which headers of BASP, CAF's protocol, an admitted peer may send. CAF believes headers: it allocates what
/// one announces (up to 4 GiB), and a handshake without a payload dereferences a null pointer. So what no
/// honest peer sends is kept from it.
///
/// The header has 32 bytes, numbers big-endian (caf/io/basp/header.hpp, the same in 0.17 and 1.x): byte 0 the
/// operation, bytes 4–7 the length of the payload that follows. Pure; one object for each direction of a
/// connection, one thread.
class basp_guard {
public:
  /// Longest payload: the largest data a store may be told to accept (16 MiB), twice.
  static constexpr std::uint32_t payload_bytes_max = 32u << 20;

  /// Which handshake the other side begins with.
  enum class peer : std::uint8_t { server, client };

  explicit basp_guard(peer who) : who_(who) {}

  /// Takes what CAF reads next: a header, or the payload that the last one announced.
  /// @returns false if CAF must not see it: the connection is to be closed.
  bool admits(std::string_view chunk);

private:
  bool admits_header(std::string_view header);

  peer who_;
  bool shook_hands_ = false;
  std::uint32_t awaited_payload_bytes_ = 0;
};

} // namespace cluster_store::door
