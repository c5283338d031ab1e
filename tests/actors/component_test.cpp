#include <cluster_store/actors/component.hpp>

#include <cluster_store/tests/actors/proxy/model_master.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// Asks as a component would, from outside.
template <class Request>
result<typename Request::reply> ask(model_master& master, const actors::proxy_actor& proxy, Request what) {
  using reply = typename Request::reply;
  caf::scoped_actor self{master.system()};
  result<reply> out = fail(errc::unavailable, "never answered");
  compat::request(self.ptr(), proxy, caf::timespan{10s}, std::move(what))
      .receive([&](const reply& answer) { out = answer; },
               [&](const caf::error& why) {
                 out = tl::unexpected<error>{actors::from_caf(master.system(), why)};
               });
  return out;
}

} // namespace

TEST_CASE("a component asks its proxy with typed requests") {
  model_master master;
  auto store = master.open().value();
  const auto proxy = actors::handle_of(store);
  const auto written = ask(master, proxy, actors::set_request{"a", "data"});
  REQUIRE(written);
  CHECK(*written == 1);
  const auto read = ask(master, proxy, actors::get_request{"a"});
  REQUIRE(read);
  REQUIRE(*read);
  CHECK((*read)->data == "data");
  CHECK_FALSE((*read)->ttl);
  CHECK_FALSE(ask(master, proxy, actors::get_request{"b"}).value());
}

TEST_CASE("a component's bad request gets the error a caller of the client gets") {
  model_master master;
  auto store = master.open().value();
  const auto proxy = actors::handle_of(store);
  const auto empty = ask(master, proxy, actors::get_request{""});
  REQUIRE_FALSE(empty);
  CHECK(empty.error().code == errc::invalid_argument);
  const auto odd = ask(master, proxy, actors::set_request{"a", "", {.seen = 1, .if_version = 2}});
  REQUIRE_FALSE(odd);
  CHECK(odd.error().code == errc::invalid_argument);
  const auto unable = ask(master, proxy, actors::length_request{});
  REQUIRE_FALSE(unable);
  CHECK(unable.error().code == errc::unsupported);
}

TEST_CASE("a component's request ends with the deadline of the handle") {
  model_master master;
  options how;
  how.calls.timeout = 100ms;
  auto store = master.open(how).value();
  master.with_state([](master_state& state) { state.silent = true; });
  const auto answer = ask(master, actors::handle_of(store), actors::get_request{"a"});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::deadline_exceeded);
}

TEST_CASE("a request to the proxy of a closed client is unavailable") {
  model_master master;
  auto store = master.open().value();
  const auto proxy = actors::handle_of(store);
  store.close();
  const auto answer = ask(master, proxy, actors::get_request{"a"});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::unavailable);
}

TEST_CASE("errors cross the bridge to CAF and back unchanged") {
  model_master master;
  for (const auto& row : errc_table) {
    const error what{row.code, "what, where, what to do"};
    CHECK(actors::from_caf(master.system(), actors::to_caf(what)) == what);
  }
  CHECK(actors::from_caf(master.system(), caf::make_error(caf::sec::request_timeout)).code
        == errc::deadline_exceeded);
  CHECK(actors::from_caf(master.system(), caf::make_error(caf::sec::runtime_error)).code
        == errc::unavailable);
}
