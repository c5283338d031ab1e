#include <cluster_store/actors/door/preamble/preamble.hpp>

#include <cassert>

namespace cluster_store::door {

namespace {

std::string versions_of(const identity& who) {
  return who.protocol_lowest == who.protocol_highest
             ? std::to_string(who.protocol_highest)
             : std::to_string(who.protocol_lowest) + " to " + std::to_string(who.protocol_highest);
}

std::string generation_of(const identity& who) {
  return who.generation == 0 ? "CAF 0.17" : "CAF " + std::to_string(who.generation) + ".x";
}

error node_error(const identity& client, std::string_view whose) {
  return {errc::unavailable, std::string{whose} + " the CAF node id of this process (" + client.node
                                 + "): with CAF 0.17 processes with the same pid on one host do, as in two "
                                   "containers; start one of them with another pid"};
}

} // namespace

error refusal_error(refusal why, const identity& client, const identity& server) {
  switch (why) {
  case refusal::protocol:
    return {errc::version_mismatch, "this process speaks protocol version " + versions_of(client)
                                        + ", the server version " + versions_of(server)
                                        + ": install the same release of cluster-store on both sides"};
  case refusal::generation:
    return {errc::version_mismatch,
            "this process was built with " + generation_of(client) + ", the server with "
                + generation_of(server)
                + ", and these cannot talk to each other: build both with the same CAF"};
  case refusal::unauthorized:
    return {errc::unauthorized,
            "the server did not let this process in: on TCP give both sides the same secret "
            "file for this role, on a Unix socket run both as the same user"};
  case refusal::connections:
    return {errc::overloaded,
            "the server has as many connections as it allows: close some, or raise its limit"};
  case refusal::strangers:
    return {errc::overloaded, "too many connections were waiting at the server's door, or too many from this "
                              "address have failed: try again later"};
  case refusal::node_in_use:
    return node_error(client, "another living process is connected to the server with");
  case refusal::same_node:
    return node_error(client, "the server itself has");
  case refusal::needs_tls:
    return {errc::unauthorized,
            "this endpoint of the server speaks only TLS: give the file of the CA that signed the server's "
            "certificate (tls.authority_file, --tls-ca)"};
  case refusal::malformed:
    return {errc::unavailable,
            "the server did not understand this process's first bytes: is it the endpoint of a "
            "cluster-store of this release?"};
  }
  return {errc::unavailable,
          "the server refused with code " + std::to_string(static_cast<int>(why))
              + ", which this release does not know: see the release notes of the server's"};
}

bool frame_reader::add(std::string_view bytes) {
  assert(bytes.size() <= missing());
  buffer_ += bytes;
  return missing() == 0;
}

} // namespace cluster_store::door
