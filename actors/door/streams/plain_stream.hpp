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
step take(int fd, std::span<char> into);

/// As `take`, but leaves it there.
step peek(int fd, std::span<char> into);

} // namespace cluster_store::door
