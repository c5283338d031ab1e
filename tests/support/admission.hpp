#pragma once

#include <string>

#include <cluster_store/tests/support/master.hpp>
#include <cluster_store/tests/support/socket.hpp>

namespace cluster_store::tests {

/// Everything that an honest worker and a master said before CAF saw a byte.
struct recorded_admission {
  std::string hello;
  std::string challenge;
  std::string proof;
  std::string welcome;
};

/// Listens where a worker expects the master, forwards one admission in both directions and hangs up.
/// @throws std::runtime_error if the worker was not admitted.
recorded_admission record_admission(const master& server);

/// A process that knows the secret but need not behave: the plain socket after a preamble that succeeded.
/// What is sent there goes to the master's CAF.
class admitted_peer {
public:
  /// @throws std::runtime_error if the master does not let it in.
  explicit admitted_peer(const master& server);

  stranger& socket() noexcept { return socket_; }

private:
  stranger socket_;
};

} // namespace cluster_store::tests
