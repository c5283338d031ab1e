#include <random>

#include <cluster_store/tests/support/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/actors/door/preamble/frames.hpp>
#include <cluster_store/actors/door/sockets/sockets.hpp>
#include <cluster_store/backends/system/random.hpp>
#include <cluster_store/tests/actors/door/door_support.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

/// Runs `what` as another user in a process of its own; only root can.
/// @returns what `what` returned.
template <class F>
int as_another_user(F what) {
  const auto child = ::fork();
  if (child == 0) {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0)
      ::_exit(99);
    ::_exit(what());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("garbage of any length never reaches CAF, and honest peers go on", "[door]") {
  node master;
  const auto listening = master.serve(any_port(), with_secret());
  node worker;
  const auto link = worker.connect(listening.where(), knowing_secret());
  REQUIRE(link);
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  std::uniform_int_distribution<int> any_byte{0, 255};
  for (const std::size_t size : {16u, 32u, 193u, 5000u, 300'000u}) {
    raw_peer stranger{listening.where()};
    std::string noise(size, '\0');
    for (auto& c : noise)
      c = static_cast<char>(any_byte(random));
    stranger.send(noise);
    CHECK(stranger.is_closed());
    CHECK(worker.ask(*link, "x") == "gate: x");
  }
  CHECK(master.door().accepted() == 1);
}

TEST_CASE("the 32 bytes that kill an open CAF port do nothing at the door", "[door]") {
  node master;
  const auto listening = master.serve(any_port(), with_secret());
  // A BASP header without payload, as server's and as client's handshake, in the byte order of either CAF.
  for (const char operation : {'\0', '\1'}) {
    raw_peer stranger{listening.where()};
    std::string packet(32, '\0');
    packet[0] = packet[3] = operation;
    stranger.send(packet);
    CHECK(stranger.receive(door::frames::head_bytes).size() == door::frames::head_bytes);
    CHECK(stranger.is_closed());
  }
  node worker;
  CHECK(worker.connect(listening.where(), knowing_secret()));
}

TEST_CASE("who is silent, or half-way silent, is closed after the timeout", "[door]") {
  node master;
  auto how = with_secret();
  how.preamble_timeout = 200ms;
  const auto listening = master.serve(any_port(), how);
  const auto hello =
      door::client_preamble{raw_identity("slow#1", 1), door::role::worker, door::proof_kind::secret,
                            shared_secret().reveal(), random_array<door::challenge_nonce>()}
          .hello();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{16}, hello.size() - 1, hello.size()}) {
    const auto started = std::chrono::steady_clock::now();
    raw_peer stranger{listening.where()};
    stranger.send(std::string_view{hello}.substr(0, size));
    CHECK(stranger.is_closed());
    CHECK(std::chrono::steady_clock::now() - started >= 190ms);
  }
  CHECK(master.door().refused() == 5);
}

TEST_CASE("a hundred strangers at once do not keep an honest peer out", "[door]") {
  node master;
  const auto listening = master.serve(any_port(), with_secret());
  node early;
  const auto link = early.connect(listening.where(), knowing_secret());
  REQUIRE(link);
  std::vector<raw_peer> strangers;
  for (int count = 0; count < 100; ++count)
    strangers.emplace_back(listening.where());
  CHECK(early.ask(*link, "x") == "gate: x");
  node late;
  const auto started = std::chrono::steady_clock::now();
  const auto second = late.connect(listening.where(), knowing_secret());
  REQUIRE(second);
  CHECK(std::chrono::steady_clock::now() - started < 1s); // long before the strangers' time is up
  CHECK(late.ask(*second, "x") == "gate: x");
  // The first 100 - 64 + 1 were turned away for the others, with a reason.
  CHECK(strangers.front().receive(12).substr(11) == "\x08");
  CHECK(master.door().refused() >= 36);
}

TEST_CASE("a peer that leaves in the middle of the preamble leaves nothing behind", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  const auto hello = door::client_preamble{raw_identity("left#1", 1), door::role::worker,
                                           door::proof_kind::uid, "", random_array<door::challenge_nonce>()}
                         .hello();
  for (std::size_t size = 0; size <= hello.size(); size += 7) {
    raw_peer stranger{listening.where()};
    stranger.send(std::string_view{hello}.substr(0, size));
  }
  raw_peer honest{listening.where()};
  REQUIRE(honest.introduce(raw_identity("left#1", 1)));
  honest.close();
  CHECK(wait_until([&] { return master.door().accepted() == 0; }, within(patience)));
}

TEST_CASE("without free descriptors the door waits instead of spinning, and recovers", "[door]") {
  node master;
  const auto listening = master.serve(any_port(), with_secret());
  const file_descriptor late{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit tight = before;
  tight.rlim_cur = 128;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  std::vector<file_descriptor> hoard;
  for (;;) {
    file_descriptor one{::fcntl(late.number(), F_DUPFD_CLOEXEC, 0)};
    if (!one.is_open())
      break;
    hoard.push_back(std::move(one));
  }
  const auto address = door::literal_addresses("127.0.0.1", listening.where().port).front();
  const bool connected = ::connect(late.number(), address.get(), address.length()) == 0;
  const auto hello =
      door::client_preamble{raw_identity("late#1", 1), door::role::worker, door::proof_kind::secret,
                            shared_secret().reveal(), random_array<door::challenge_nonce>()}
          .hello();
  const bool sent = ::send(late.number(), hello.data(), hello.size(), MSG_NOSIGNAL) == ssize_t(hello.size());
  const auto used = time_used();
  pollfd state{late.number(), POLLIN, 0};
  const auto too_early = ::poll(&state, 1, 500);
  const auto spent = time_used() - used;
  hoard.clear();
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(connected);
  CHECK(sent);
  CHECK(too_early == 0);
  CHECK(spent < 150ms);
  CHECK(::poll(&state, 1, 10'000) == 1); // the challenge
}

TEST_CASE("another user gets neither in nor served through a Unix socket", "[door]") {
  if (::geteuid() != 0) {
    WARN("only root can act as another user: not tried here");
    return;
  }
  const temporary_directory place;
  REQUIRE(::chmod(place.path().c_str(), 0755) == 0);
  const auto path = place / "socket";
  node master;
  const auto listening = master.serve(unix_at(path));
  const auto address = *door::unix_address(path);
  const auto try_to_connect = [&] {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::connect(socket, address.get(), address.length()) != 0)
      return errno == EACCES ? 1 : 2;
    char answer[door::frames::head_bytes] = {};
    const auto size = ::recv(socket, answer, sizeof(answer), MSG_WAITALL);
    return size == sizeof(answer) && answer[11] == static_cast<char>(door::refusal::unauthorized) ? 3 : 4;
  };
  CHECK(as_another_user(try_to_connect) == 1); // the mode of the file keeps them out
  REQUIRE(::chmod(path.c_str(), 0666) == 0);
  CHECK(as_another_user(try_to_connect) == 3); // and if it does not, the door does
  REQUIRE(::chmod(place.path().c_str(), 0777) == 0);
  const auto trap = *door::unix_address(place / "trap");
  int bound[2];
  REQUIRE(::pipe(bound) == 0);
  const auto impostor = ::fork();
  if (impostor == 0) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const bool listens = ::setuid(65534) == 0 && ::bind(socket, trap.get(), trap.length()) == 0
                         && ::listen(socket, 8) == 0 && ::write(bound[1], "x", 1) == 1;
    if (listens)
      ::pause();
    ::_exit(1);
  }
  const file_descriptor reading{bound[0]};
  const file_descriptor writing{bound[1]};
  pollfd state{bound[0], POLLIN, 0};
  REQUIRE(::poll(&state, 1, 10'000) == 1);
  const auto link = master.connect(unix_at(place / "trap"));
  REQUIRE(::kill(impostor, SIGKILL) == 0);
  REQUIRE(::waitpid(impostor, nullptr, 0) == impostor);
  REQUIRE_FALSE(link);
  CHECK(link.error().code == errc::unauthorized);
}
