#include <cluster_store/actors/door/trust/tls_context.hpp>

#include <openssl/ssl.h>
#include <sys/stat.h>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/actors/runtime/system_clock.hpp>
#include <cluster_store/tests/actors/door/mentions.hpp>
#include <cluster_store/tests/actors/door/tls_support.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using door::tls_side;

namespace {

result<door::tls_context> load(const tls_options& files, tls_side side = tls_side::server) {
  return door::tls_context::load(files, side, actors::system_clock::instance()->wall());
}

void expect_refusal(const tls_options& files, errc code, std::initializer_list<std::string> parts,
                    tls_side side = tls_side::server) {
  const auto refused = load(files, side);
  REQUIRE_FALSE(refused);
  INFO(refused.error().message);
  CHECK(refused.error().code == code);
  for (const auto& each : parts)
    CHECK(mentions(refused.error().message, each));
  CHECK_FALSE(mentions(refused.error().message, "PRIVATE KEY"));
}

} // namespace

TEST_CASE("good files give a context that speaks TLS 1.2 at least and resumes nothing", "[door][tls]") {
  const tls_place place;
  auto files = place.server();
  files.authority_file = place.client().authority_file;
  for (const auto& context : {load(files), load(place.client(), tls_side::client),
                              load(place.client(place.authority().issue(for_worker())), tls_side::client)}) {
    REQUIRE(context);
    CHECK(SSL_CTX_get_min_proto_version(context->get()) == TLS1_2_VERSION);
    CHECK((SSL_CTX_get_options(context->get()) & SSL_OP_NO_TICKET) != 0);
    CHECK(SSL_CTX_get_session_cache_mode(context->get()) == SSL_SESS_CACHE_OFF);
    CHECK((SSL_CTX_get_verify_mode(context->get()) & SSL_VERIFY_FAIL_IF_NO_PEER_CERT) != 0);
  }
}

TEST_CASE("options that are not complete are refused and name what is missing", "[door][tls]") {
  const tls_place place;
  auto without_key = place.server();
  without_key.key_file.clear();
  expect_refusal(without_key, errc::invalid_argument, {"tls.key_file", "--tls-key"});
  expect_refusal(place.client(), errc::invalid_argument, {"tls.certificate_file", "--tls-cert"});
  expect_refusal(place.server(), errc::invalid_argument, {"tls.authority_file", "--tls-ca"},
                 tls_side::client);
  tls_options only_name;
  only_name.server_name = "localhost";
  expect_refusal(only_name, errc::invalid_argument, {"--tls-ca"}, tls_side::client);
  CHECK(door::is_set(only_name));
  CHECK_FALSE(door::is_set({}));
}

TEST_CASE("a file that is missing, unreadable or not PEM is refused by its path", "[door][tls]") {
  const tls_place place;
  const auto other = place.write("other", "nothing of the kind\n");
  for (const auto member :
       {&tls_options::certificate_file, &tls_options::key_file, &tls_options::authority_file}) {
    for (const auto& path : {other + "-missing", other, place.write("empty", "")}) {
      auto files = place.server();
      files.*member = path;
      expect_refusal(files, errc::invalid_argument, {path});
    }
  }
  auto files = place.server();
  files.certificate_file = place.write("big", std::string(2 * 1024 * 1024, 'x'));
  expect_refusal(files, errc::invalid_argument, {files.certificate_file, "bytes"});
  const auto text = place.authority().issue().certificate;
  files.certificate_file = place.write("cut", text + text.substr(0, text.size() / 2));
  expect_refusal(files, errc::invalid_argument, {files.certificate_file, "damaged"});
}

TEST_CASE("a key that is another's, has a passphrase or is open to others is refused", "[door][tls]") {
  const tls_place place;
  auto files = place.server();
  files.key_file = place.write("other.key", place.authority().issue().key);
  expect_refusal(files, errc::invalid_argument, {files.key_file, "does not belong"});

  files.key_file = place.write("locked.key", locked(place.authority().issue().key));
  expect_refusal(files, errc::invalid_argument, {files.key_file, "passphrase"});

  for (const mode_t mode : {0640, 0604, 0620}) {
    files = place.server();
    REQUIRE(::chmod(files.key_file.c_str(), mode) == 0);
    expect_refusal(files, errc::invalid_argument, {files.key_file, "chmod 600 " + files.key_file});
  }
}

TEST_CASE("a certificate that has expired or is not valid yet is unauthorized, with its date",
          "[door][tls]") {
  const tls_place place;
  certificate_wish old;
  old.ends = -10s;
  auto files = place.server(old);
  expect_refusal(files, errc::unauthorized, {files.certificate_file, "expired", "GMT"});
  certificate_wish early;
  early.begins = 1800s;
  files = place.server(early);
  expect_refusal(files, errc::unauthorized, {files.certificate_file, "not valid before", "clock"});
  const test_authority expired{old};
  files = place.client();
  files.authority_file = place.write("old-ca.pem", expired.certificate());
  expect_refusal(files, errc::unauthorized, {files.authority_file, "expired"}, tls_side::client);
  place.write("old-ca.pem", expired.certificate() + place.authority().certificate());
  CHECK(load(files, tls_side::client)); // one of them is valid
}
