#include <cluster_store/actors/door/preamble/basp_guard.hpp>

#include <string>

#include <cluster_store/tests/support/catch.hpp>

using cluster_store::door::basp_guard;

namespace {

constexpr auto handshake_of_client = 1;
constexpr auto direct_message = 2;
constexpr auto heartbeat = 6;

std::string header(int operation, std::uint32_t payload_bytes) {
  std::string bytes(32, '\0');
  bytes[0] = static_cast<char>(operation);
  for (int place = 0; place < 4; ++place)
    bytes[static_cast<std::size_t>(4 + place)] = static_cast<char>(payload_bytes >> (24 - 8 * place));
  return bytes;
}

/// A guard that has seen an honest client's handshake.
basp_guard after_handshake() {
  basp_guard guard{basp_guard::peer::client};
  REQUIRE(guard.admits(header(handshake_of_client, 40)));
  REQUIRE(guard.admits(std::string(40, 'h')));
  return guard;
}

} // namespace

TEST_CASE("an honest peer's handshake, messages and heartbeats pass the guard", "[door]") {
  auto guard = after_handshake();
  CHECK(guard.admits(header(direct_message, 1'000'000)));
  CHECK(guard.admits(std::string(1'000'000, 'm')));
  CHECK(guard.admits(header(heartbeat, 0)));
  CHECK(guard.admits(header(direct_message, basp_guard::payload_bytes_max)));
}

TEST_CASE("a handshake without a payload, which CAF would dereference, is kept from it", "[door]") {
  for (const int operation : {0, 1})
    for (const auto who : {basp_guard::peer::client, basp_guard::peer::server})
      CHECK_FALSE(basp_guard{who}.admits(header(operation, 0)));
}

TEST_CASE("a header that makes CAF allocate gigabytes is kept from it", "[door]") {
  CHECK_FALSE(after_handshake().admits(header(direct_message, basp_guard::payload_bytes_max + 1)));
  CHECK_FALSE(after_handshake().admits(header(direct_message, 0xFFFF'FFF0)));
  CHECK_FALSE(basp_guard{basp_guard::peer::client}.admits(header(handshake_of_client, 0xFFFF'FFF0)));
}

TEST_CASE("a connection begins with the other side's handshake", "[door]") {
  CHECK_FALSE(basp_guard{basp_guard::peer::client}.admits(header(direct_message, 10)));
  CHECK_FALSE(basp_guard{basp_guard::peer::client}.admits(header(heartbeat, 0)));
  CHECK_FALSE(basp_guard{basp_guard::peer::client}.admits(header(0, 40)));
  CHECK_FALSE(basp_guard{basp_guard::peer::server}.admits(header(1, 40)));
  CHECK(basp_guard{basp_guard::peer::server}.admits(header(0, 40)));
  CHECK_FALSE(after_handshake().admits(header(0, 40)));
}

TEST_CASE("nothing is routed through a process to a third one", "[door]") {
  CHECK_FALSE(after_handshake().admits(header(3, 10)));
}

TEST_CASE("what is not as long as it was announced is kept from CAF", "[door]") {
  CHECK_FALSE(after_handshake().admits("short"));
  auto guard = after_handshake();
  REQUIRE(guard.admits(header(direct_message, 10)));
  CHECK_FALSE(guard.admits("nine byte"));
}
