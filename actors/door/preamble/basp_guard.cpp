#include <cluster_store/actors/door/preamble/basp_guard.hpp>

#include <utility>

namespace cluster_store::door {

namespace {

constexpr std::size_t header_bytes = 32;

enum operation : std::uint8_t { server_handshake = 0, client_handshake = 1, routed_message = 3 };

std::uint32_t byte_at(std::string_view bytes, std::size_t place) {
  return static_cast<std::uint8_t>(bytes[place]);
}

} // namespace

bool basp_guard::admits(std::string_view chunk) {
  if (awaited_payload_bytes_ > 0)
    return chunk.size() == std::exchange(awaited_payload_bytes_, 0);
  return chunk.size() == header_bytes && admits_header(chunk);
}

bool basp_guard::admits_header(std::string_view header) {
  const auto what = byte_at(header, 0);
  const auto payload_bytes =
      byte_at(header, 4) << 24 | byte_at(header, 5) << 16 | byte_at(header, 6) << 8 | byte_at(header, 7);
  const bool is_handshake = what == server_handshake || what == client_handshake;
  // A connection begins with the handshake of the other side; CAF 0.17's client says it twice.
  if (!is_handshake && !shook_hands_)
    return false;
  if (is_handshake && (payload_bytes == 0 || (what == server_handshake) != (who_ == peer::server)))
    return false;
  // Nobody here talks to a third process through another.
  if (payload_bytes > payload_bytes_max || what == routed_message)
    return false;
  shook_hands_ = true;
  awaited_payload_bytes_ = payload_bytes;
  return true;
}

} // namespace cluster_store::door
