#include <cluster_store/actors/wire/greeting.hpp>
#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/tests/actors/wire/wire_support.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("a batch reads back as it was written, operation by operation") {
  const wire::batch_head head{{{1, 2, 3}}, 0xfedcba9876543210, 77};
  const auto operations = every_operation();
  const auto bytes = batch_of(operations, head);
  auto batch = wire::batch_reader::open(bytes);
  REQUIRE(batch);
  CHECK(batch->head() == head);
  for (const auto& expected : operations) {
    const auto item = batch->next();
    REQUIRE(item);
    REQUIRE(*item);
    CHECK((*item)->seq == expected.seq);
    CHECK(read_item(**item) == expected.what);
  }
  const auto end = batch->next();
  REQUIRE(end);
  CHECK_FALSE(*end);
}

TEST_CASE("results read back as they were written") {
  std::string bytes;
  wire::append_results_head({5, {}}, bytes);
  for (const auto& each : every_result(7))
    bytes += each.bytes;
  std::string_view rest{bytes};
  CHECK(*wire::take_results_head(rest) == wire::results_head{5, {}});
  for (const auto& expected : every_result(7)) {
    const auto item = wire::take_result(rest);
    REQUIRE(item);
    CHECK(item->seq == 7);
    CHECK(read_reply(item->what) == expected.what);
  }
  CHECK(rest.empty());
}

TEST_CASE("a refusal of a ticket reads back") {
  std::string bytes;
  wire::append_results_head({5, errc::unavailable}, bytes);
  std::string_view rest{bytes};
  CHECK(*wire::take_results_head(rest) == wire::results_head{5, errc::unavailable});
}

TEST_CASE("hello, welcome and bye read back") {
  wire::hello hello;
  hello.pass = {9, 8};
  hello.store = "carts";
  hello.client.bytes = {1};
  hello.worker = "worker 7";
  hello.process_id = 4'000'000;
  hello.administers = true;
  hello.proof = "32 bytes";
  hello.keeps = "memory, for ever";
  hello.worker_number = 300;
  CHECK(wire::decode_hello(wire::encode(hello)) == hello);

  wire::welcome welcome;
  welcome.ticket = 12;
  welcome.incarnation = {3};
  welcome.known = true;
  welcome.last_applied = 1'234'567;
  welcome.capabilities = 0xff;
  welcome.limits = {100, 2'000};
  welcome.in_flight_max = 64;
  CHECK(wire::decode_welcome(wire::encode(result<wire::welcome>{welcome})) == welcome);

  const result<wire::welcome> refused = fail(errc::not_admitted, "wait");
  CHECK(wire::decode_welcome(wire::encode(refused)) == refused);

  const wire::bye bye{{{4}}, 99};
  CHECK(wire::decode_bye(wire::encode(bye)) == bye);
}

TEST_CASE("a hello of a worker that knows no children is readable, and it is none") {
  wire::hello hello;
  hello.store = "carts";
  hello.worker_number = 7;
  auto bytes = wire::encode(hello);
  bytes.pop_back();
  const auto read = wire::decode_hello(bytes);
  REQUIRE(read);
  CHECK(read->worker_number == 0);
}

TEST_CASE("who asks for figures with a pass alone is answered without workers") {
  const wire::token pass{1, 2, 3};
  const auto older = wire::decode_status_query({reinterpret_cast<const char*>(pass.data()), pass.size()});
  CHECK(older.pass == pass);
  CHECK_FALSE(older.workers);
  const auto newer = wire::decode_status_query(wire::encode_status_query(pass));
  CHECK(newer.pass == pass);
  CHECK(newer.workers);
  CHECK(wire::decode_status_query({}).pass == wire::token{});

  server_status status;
  const auto as_before = wire::encode_status(status, false);
  status.workers = {{"web", 1, 2, 3}};
  CHECK(wire::encode_status(status, false) == as_before);
  CHECK(wire::decode_status(as_before)->workers.empty());
}

TEST_CASE("a hello of a newer protocol is readable as far as it is known") {
  wire::hello newer;
  newer.protocol_lowest = 5;
  newer.protocol_highest = 6;
  newer.store = "default";
  auto bytes = wire::encode(newer);
  bytes += "fields of version 5";
  const auto hello = wire::decode_hello(bytes);
  REQUIRE(hello);
  CHECK(hello->protocol_lowest == 5);
}

TEST_CASE("a hello without a store or with too long names is not readable") {
  CHECK_FALSE(wire::decode_hello(wire::encode(wire::hello{})));
  wire::hello hello;
  hello.store = std::string(65, 'x');
  CHECK_FALSE(wire::decode_hello(wire::encode(hello)));
}

TEST_CASE("a status reads back") {
  server_status status;
  status.connections = 3;
  status.refused = 70'000;
  status.endpoints = {*parse_endpoint("127.0.0.1:4224"), *parse_endpoint("unix:/run/s.sock")};
  store_status store;
  store.name = "default";
  store.engine = "rocksdb";
  store.up = true;
  store.sessions = 1;
  store.clients = 2;
  store.operations = 3;
  store.commits = 4;
  store.restarts = 5;
  store.problem = "none";
  status.stores = {store, {}};
  status.workers = {{"web", 2, 4'711, 3}, {}};
  const auto read = wire::decode_status(wire::encode_status(status));
  REQUIRE(read);
  CHECK(read->connections == 3);
  CHECK(read->refused == 70'000);
  CHECK(read->endpoints == status.endpoints);
  REQUIRE(read->stores.size() == 2);
  CHECK(read->stores[0].name == "default");
  CHECK(read->stores[0].up);
  CHECK(read->stores[0].commits == 4);
  CHECK(read->stores[0].problem == "none");
  REQUIRE(read->workers.size() == 2);
  CHECK(read->workers[0].name == "web");
  CHECK(read->workers[0].number == 2);
  CHECK(read->workers[0].process_id == 4'711);
  CHECK(read->workers[0].handles == 3);
  CHECK(wire::decode_status(wire::encode_status(fail(errc::unauthorized, "who?"))).error().message == "who?");
}

TEST_CASE("the error table is complete, in order and named") {
  for (std::size_t i = 0; i < errc_table.size(); ++i) {
    CHECK(static_cast<std::size_t>(errc_table[i].code) == i + 1);
    CHECK_FALSE(errc_table[i].name.empty());
    CHECK(errc_from(static_cast<std::uint8_t>(i + 1)) == errc_table[i].code);
    // Whatever may be sent again was certainly not applied.
    CHECK((!errc_table[i].resend || errc_table[i].effect == applied::no));
  }
  CHECK_FALSE(errc_from(0));
  CHECK_FALSE(errc_from(static_cast<std::uint8_t>(errc_table.size() + 1)));
}
