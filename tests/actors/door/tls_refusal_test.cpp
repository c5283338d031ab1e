#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/actors/door/sockets/sockets.hpp>
#include <cluster_store/tests/actors/door/mentions.hpp>
#include <cluster_store/tests/actors/door/tls_support.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

constexpr auto promptly = 3s; ///< Of the 5 s that a refusal may take.

/// Connects from a process of its own, which must be refused soon, and not be let in.
void expect_refusal(const endpoint& where, const door::connect_options& how,
                    std::initializer_list<std::string> parts, errc code = errc::unauthorized) {
  node worker;
  const auto started = std::chrono::steady_clock::now();
  const auto refused = worker.connect(where, how);
  CHECK(std::chrono::steady_clock::now() - started < promptly);
  REQUIRE_FALSE(refused);
  INFO(refused.error().message);
  CHECK(refused.error().code == code);
  CHECK(mentions(refused.error().message, to_string(where)));
  for (const auto& each : parts)
    CHECK(mentions(refused.error().message, each));
}

/// A master that requires certificates, and speaks the newest TLS or at most 1.2.
struct strict_master {
  explicit strict_master(const tls_place& place, bool old = false) {
    auto files = place.server();
    files.authority_file = place.write("workers-ca.pem", place.authority().certificate());
    auto how = with_tls(files);
    if (old)
      SSL_CTX_set_max_proto_version(how.tls->get(), TLS1_2_VERSION);
    listening.emplace(self.serve(any_port(), how));
  }

  node self;
  std::optional<door::listener> listening;
  const endpoint& where() const { return listening->where(); }
};

/// What a client hears that does not check its own certificate before it shows it.
error answer_to(const strict_master& master, const door::tls_context& careless) {
  tls_peer peer{master.where(), careless};
  if (peer.shake_hands() == door::progress::done)
    peer.receive(1);
  CHECK(peer.stream().complaint());
  return peer.stream().complaint().value_or(error{});
}

} // namespace

TEST_CASE("a client without TLS is told by a TLS port that it needs it", "[door][tls]") {
  const tls_place place;
  node master;
  const auto listening = master.serve(any_port(), with_tls(place.server()));
  expect_refusal(listening.where(), knowing_secret(), {"TLS", "--tls-ca"});
  CHECK(master.door().refused() == 1);
  raw_peer peer{listening.where()};
  const auto refused = peer.introduce(raw_identity("plain#1", 1), door::role::worker, shared_secret());
  CHECK(refused.error().code == errc::unauthorized);
  CHECK(peer.is_closed(1s));
}

TEST_CASE("a TLS client is told that a plain port has no TLS", "[door][tls]") {
  const tls_place place;
  node master;
  const auto listening = master.serve(any_port(), with_secret());
  expect_refusal(listening.where(), through_tls(place.client()), {"does not speak TLS", "--tls-cert"});
  CHECK(master.door().accepted() == 0);
}

TEST_CASE("a server certificate that has expired, is not valid yet or cannot serve is unauthorized",
          "[door][tls]") {
  const tls_place place;
  node master;
  certificate_wish old;
  old.ends = -10s;
  const auto expired = master.serve(any_port(), with_tls(place.server(old), -60s));
  expect_refusal(expired.where(), through_tls(place.client()), {"expired", "renew"});
  certificate_wish early;
  early.begins = 1800s;
  const auto future = master.serve(any_port(), with_tls(place.server(early), 2000s));
  expect_refusal(future.where(), through_tls(place.client()), {"not yet valid", "clocks"});
  certificate_wish other_use;
  other_use.usage = "clientAuth";
  const auto worker_like = master.serve(any_port(), with_tls(place.server(other_use)));
  expect_refusal(worker_like.where(), through_tls(place.client()), {"serverAuth"});
}

TEST_CASE("a server certificate of a foreign CA is unauthorized", "[door][tls]") {
  const tls_place place;
  const tls_place foreign;
  node master;
  const auto listening = master.serve(any_port(), with_tls(foreign.server()));
  const auto files = place.client();
  expect_refusal(listening.where(), through_tls(files), {files.authority_file});
  CHECK(master.door().accepted() == 0);
}

TEST_CASE("a server certificate for another host or address is unauthorized", "[door][tls]") {
  const tls_place place;
  node master;
  for (const auto* names : {"DNS:elsewhere.example,IP:192.0.2.1", "DNS:127.0.0.1", ""}) {
    certificate_wish wish;
    wish.alternative_names = names;
    const auto listening = master.serve(any_port(), with_tls(place.server(wish)));
    auto local = listening.where();
    local.host = "localhost";
    expect_refusal(listening.where(), through_tls(place.client()), {"127.0.0.1", "--tls-server-name"});
    expect_refusal(local, through_tls(place.client()), {"'localhost'", "--tls-server-name"});
  }
  const auto right = master.serve(any_port(), with_tls(place.server()));
  auto files = place.client();
  files.server_name = "elsewhere.example";
  expect_refusal(right.where(), through_tls(files), {"'elsewhere.example'"});
}

TEST_CASE("where a client certificate is required, none is unauthorized, in either version of TLS",
          "[door][tls]") {
  const tls_place place;
  for (const bool old : {false, true}) {
    strict_master master{place, old};
    expect_refusal(master.where(), through_tls(place.client()), {"certificate of this process"});
    CHECK(wait_until([&] { return master.self.door().refused() == 1; }, within(patience)));
    node worker;
    CHECK(worker.connect(master.where(), through_tls(place.client(place.authority().issue(for_worker())))));
  }
}

TEST_CASE("a client certificate of a foreign CA or for another use is unauthorized", "[door][tls]") {
  const tls_place place;
  const test_authority foreign;
  for (const bool old : {false, true}) {
    strict_master master{place, old};
    expect_refusal(master.where(), through_tls(place.client(foreign.issue(for_worker()))),
                   {"refused this process's certificate", "--tls-ca"});
    expect_refusal(master.where(), through_tls(place.client(place.authority().issue())), {"clientAuth"});
  }
}

TEST_CASE("a client certificate out of its time is unauthorized, at home and at the server", "[door][tls]") {
  const tls_place place;
  auto expired = for_worker();
  expired.ends = -10s;
  auto early = for_worker();
  early.begins = 1800s;
  for (const bool old : {false, true}) {
    strict_master master{place, old};
    const auto old_files = place.client(place.authority().issue(expired));
    node worker;
    const auto at_home = worker.connect(master.where(), through_tls(old_files));
    CHECK(at_home.error().code == errc::unauthorized);
    CHECK(mentions(at_home.error().message, old_files.certificate_file));
    const auto told = answer_to(master, loaded(old_files, door::tls_side::client, -60s));
    CHECK(told.code == errc::unauthorized);
    CHECK(mentions(told.message, "expired"));
    const auto early_files = place.client(place.authority().issue(early));
    const auto told_early = answer_to(master, loaded(early_files, door::tls_side::client, 2000s));
    CHECK(told_early.code == errc::unauthorized);
    CHECK(mentions(told_early.message, "refused this process's certificate"));
    CHECK(master.self.door().accepted() == 0);
  }
}

TEST_CASE("the secret is needed inside TLS, too", "[door][tls]") {
  const tls_place place;
  node master;
  const auto listening = master.serve(any_port(), with_tls(place.server()));
  auto how = through_tls(place.client());
  how.key = *door::secret::from("not the secret of all tests");
  expect_refusal(listening.where(), how, {"secret"});
  how.key.reset();
  node worker;
  CHECK(worker.connect(listening.where(), how).error().code == errc::unauthorized);
}

TEST_CASE("a server that is no TLS server, or silent, is unavailable", "[door][tls]") {
  const tls_place place;
  for (const std::string answer : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", ""}) {
    INFO(answer);
    const auto address = door::literal_addresses("127.0.0.1", 0).front();
    const file_descriptor listening{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(::bind(listening.number(), address.get(), address.length()) == 0);
    REQUIRE(::listen(listening.number(), 8) == 0);
    node worker;
    auto how = through_tls(place.client());
    how.connect_timeout = 300ms;
    auto outcome =
        worker.connecting({endpoint::kind::tcp, {}, "127.0.0.1", door::local_port(listening.number())}, how);
    const file_descriptor accepted{::accept4(listening.number(), nullptr, nullptr, SOCK_CLOEXEC)};
    REQUIRE(::send(accepted.number(), answer.data(), answer.size(), MSG_NOSIGNAL) == ssize_t(answer.size()));
    const auto refused = outcome.get();
    CHECK(refused.error().code == errc::unavailable);
    CHECK(mentions(refused.error().message, answer.empty() ? "no answer" : "does not speak TLS"));
  }
}

TEST_CASE("a TLS client that is turned away before TLS because of the crowd is told so", "[door][tls]") {
  const tls_place place;
  const auto address = door::literal_addresses("127.0.0.1", 0).front();
  const file_descriptor listening{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  REQUIRE(::bind(listening.number(), address.get(), address.length()) == 0);
  REQUIRE(::listen(listening.number(), 8) == 0);
  node worker;
  auto outcome =
      worker.connecting({endpoint::kind::tcp, {}, "127.0.0.1", door::local_port(listening.number())},
                        through_tls(place.client()));
  const file_descriptor accepted{::accept4(listening.number(), nullptr, nullptr, SOCK_CLOEXEC)};
  const auto frame =
      door::server_preamble{raw_identity("crowded#1", 1), door::proof_kind::secret, {}, {}}.refuse(
          door::refusal::strangers);
  REQUIRE(::send(accepted.number(), frame.data(), frame.size(), MSG_NOSIGNAL) == ssize_t(frame.size()));
  CHECK(outcome.get().error().code == errc::overloaded);
}

TEST_CASE("a worker that wants TLS beyond this machine is not refused for that", "[door][tls]") {
  const tls_place place;
  node worker;
  auto how = through_tls(place.client());
  how.connect_timeout = 100ms;
  CHECK(worker.connect({endpoint::kind::tcp, {}, "192.0.2.1", 1}, how).error().code == errc::unavailable);
}
