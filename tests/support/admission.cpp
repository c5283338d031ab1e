#include <cluster_store/tests/support/admission.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <cluster_store/actors/door/preamble/frames.hpp>
#include <cluster_store/actors/door/trust/auth.hpp>
#include <cluster_store/backends/system/random.hpp>

#include <poll.h>
#include <sys/socket.h>

namespace cluster_store::tests {

namespace {

namespace frames = door::frames;

/// Moves `count` bytes. @returns them.
std::string forward(stranger& from, std::size_t already, std::size_t count, stranger& to) {
  if (!from.receive(already + count))
    throw std::runtime_error("an admission that was to be recorded ended early");
  auto frame = from.received().substr(already, count);
  to.send(frame);
  return frame;
}

/// Accepts one connection. @throws std::runtime_error if nobody comes.
stranger accepted_at(const file_descriptor& listener) {
  pollfd waiting{listener.number(), POLLIN, 0};
  if (::poll(&waiting, 1, 10'000) != 1)
    throw std::runtime_error("no worker came to the place of the master");
  return stranger{
      file_descriptor{::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)}};
}

/// The content of a secret file as both sides use it.
std::string secret_in(const std::string& path) {
  std::ifstream in{path};
  std::string secret{std::istreambuf_iterator<char>{in}, {}};
  while (secret.ends_with('\n'))
    secret.pop_back();
  return secret;
}

std::uint8_t generation_of(const std::string& challenge) {
  return frames::read_head(challenge).value().generation;
}

} // namespace

recorded_admission record_admission(const master& server) {
  const bool is_unix = server.endpoint().starts_with("unix:");
  const auto place = "unix:" + server.where().path("record.sock");
  const auto listener = is_unix ? listen_at_unix(place.substr(5)) : listen_on_loopback();
  const auto endpoint = is_unix ? place : "127.0.0.1:" + std::to_string(port_of(listener));
  process command{
      server.where().cluster_store({"get", "a", "--connect", endpoint, "--store", server.store_name(),
                                    "--secret-file", server.where().secret_file(), "--timeout", "5s"})};
  auto worker = accepted_at(listener);
  stranger master_side{server.endpoint()};
  recorded_admission all;
  all.hello = forward(worker, 0, frames::hello_bytes, master_side);
  all.challenge = forward(master_side, 0, frames::challenge_bytes, worker);
  all.proof = forward(worker, frames::hello_bytes, frames::proof_frame_bytes, master_side);
  all.welcome = forward(master_side, frames::challenge_bytes, frames::welcome_bytes, worker);
  return all;
}

admitted_peer::admitted_peer(const master& server) : socket_(server.endpoint()) {
  const bool is_unix = server.endpoint().starts_with("unix:");
  const auto key = is_unix ? std::string{} : secret_in(server.where().secret_file());
  door::identity who;
  who.node = "ADMITTED#1";
  who.generation = generation_of(record_admission(server).challenge);
  who.instance = random_array<door::process_instance>();
  door::client_preamble preamble{who, door::role::worker,
                                 is_unix ? door::proof_kind::uid : door::proof_kind::secret, key,
                                 random_array<door::challenge_nonce>()};
  using stage = door::client_preamble::stage;
  socket_.send(preamble.hello());
  for (std::size_t read = 0; preamble.at() == stage::talking;) {
    const auto wanted = preamble.wanted();
    if (!socket_.receive(read + wanted))
      throw std::runtime_error("the master let an admitted peer wait");
    preamble.feed(std::string_view{socket_.received()}.substr(read, wanted));
    read += wanted;
    if (preamble.at() == stage::challenged)
      socket_.send(preamble.prove());
  }
  if (preamble.at() != stage::admitted)
    throw std::runtime_error("the master did not let the peer in: " + preamble.problem().message);
}

} // namespace cluster_store::tests
