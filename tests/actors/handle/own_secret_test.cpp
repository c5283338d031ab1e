// Handles of one actor system share one connection, whoever opened it: each is let in for what it knows
// itself.

#include <cluster_store/actors/component.hpp>
#include <cluster_store/actors/server.hpp>

#include <fstream>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/certificates.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// A master whose admins have a secret of their own, and a program with an actor system for its handles.
class shared_connection {
public:
  explicit shared_connection(bool over_unix = false, bool with_tls = false) {
    actors::configure(config_);
    system_.emplace(config_);
    server_options how;
    how.listen = {parse_endpoint(over_unix ? "unix:" + path("socket") : "127.0.0.1:0").value()};
    how.secret_file = file("secret", "the secret of the workers");
    how.admin_secret_file = file("admin-secret", "the secret of the admins");
    if (with_tls) {
      const auto issued = authority_.issue({});
      how.tls.certificate_file = file("server.pem", issued.certificate);
      how.tls.key_file = file("server.key", issued.key);
      authority_file_ = file("ca.pem", authority_.certificate());
    }
    server_.emplace(serve(how).value());
  }

  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  /// @returns the path of a new file that its owner alone may read.
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream{path(name)} << text;
    std::filesystem::permissions(path(name), std::filesystem::perms(0600));
    return path(name);
  }

  options knowing(const std::string& secret_file) const {
    options how;
    how.mode = mode::worker;
    how.where = server_->status().endpoints.front();
    how.secret_file = path(secret_file);
    how.tls.authority_file = authority_file_;
    how.connect_timeout = 20s;
    return how;
  }

  options worker() const { return knowing("secret"); }

  options admin() const {
    auto how = knowing("admin-secret");
    how.admin = true;
    return how;
  }

  /// A secret that the master does not know.
  options stranger() const {
    file("wrong-secret", "the secret of somebody else");
    return knowing("wrong-secret");
  }

  result<client> open(const options& how) { return actors::open(*system_, how); }

  std::uint64_t connections() { return server_->status().connections; }

private:
  temporary_directory folder_;
  const test_authority authority_;
  std::string authority_file_;
  std::optional<server> server_;
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
};

/// @pre both handles are open
void check_rights(client& worker, client& admin) {
  CHECK(worker.set("a", "x"));
  CHECK(worker.clear().error().code == errc::unauthorized);
  CHECK(admin.clear() == 1);
  CHECK(worker.set("a", "x"));
  CHECK(admin.clear() == 1);
}

} // namespace

TEST_CASE("a handle with a wrong secret is not let in beside one with the right one") {
  shared_connection here;
  auto right = here.open(here.worker()).value();
  REQUIRE(right.set("a", "x"));
  const auto refused = here.open(here.stranger());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unauthorized);

  auto lazy = here.stranger();
  lazy.lazy = true;
  lazy.calls.timeout = 1s;
  auto wrong = here.open(lazy).value();
  CHECK_FALSE(wrong.get("a"));
  CHECK_FALSE(wrong.status().connected);
  CHECK(right.get("a").value()->data == "x");
  CHECK(right.status().disconnects == 0);
  CHECK(here.connections() == 1);
}

TEST_CASE("a handle with the right secret is let in beside one with a wrong one that came first") {
  shared_connection here;
  auto lazy = here.stranger();
  lazy.lazy = true;
  lazy.calls.timeout = 500ms;
  auto wrong = here.open(lazy).value();
  CHECK_FALSE(wrong.set("a", "x"));
  auto right = here.open(here.worker());
  REQUIRE(right);
  CHECK(right->set("a", "y"));
  const auto refused = wrong.get("a");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unauthorized);
}

TEST_CASE("each handle has the rights of its own role, whichever opened the connection") {
  const bool over_unix = GENERATE(false, true);
  CAPTURE(over_unix);
  shared_connection here{over_unix};
  {
    auto admin = here.open(here.admin()).value();
    auto worker = here.open(here.worker()).value();
    check_rights(worker, admin);
    CHECK(here.connections() == 1);
  }
  auto worker = here.open(here.worker()).value();
  auto admin = here.open(here.admin()).value();
  check_rights(worker, admin);
  CHECK(here.connections() == 1);
}

TEST_CASE("the secret of workers does not make an admin of a handle beside an admin") {
  shared_connection here;
  auto admin = here.open(here.admin()).value();
  auto how = here.worker();
  how.admin = true;
  const auto refused = here.open(how);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unauthorized);
  CHECK(admin.set("a", "x"));
}

TEST_CASE(
    "a handle that does not trust the master's certificate does not come to it by another's connection") {
  shared_connection here{false, true};
  auto trusting = here.open(here.worker()).value();
  REQUIRE(trusting.set("a", "x"));
  auto how = here.worker();
  how.tls.authority_file = here.file("other-ca.pem", test_authority{}.certificate());
  const auto refused = here.open(how);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unauthorized);
  CHECK(trusting.get("a").value()->data == "x");
  CHECK(here.open(here.worker()).value().get("a").value()->data == "x");
}
