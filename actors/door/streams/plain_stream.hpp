#pragma once

#include <cluster_store/actors/door/streams/byte_stream.hpp>

namespace cluster_store::door {

/// The bytes of a socket as they are.
class plain_stream final : public byte_stream {
public:
  using byte_stream::byte_stream;

  step start() override { return {}; }
  step read(std::span<char> into) override;
  step write(std::string_view from) override;
  void finish() override;
  unshared_descriptor detach() override { return std::move(socket_); }
};

/// Reads what has arrived at a socket. @pre `into` is not empty.
/// @param flags more of `recv`: with `MSG_PEEK` the bytes stay there.
step take(int fd, std::span<char> into, int flags = 0);

} // namespace cluster_store::door
