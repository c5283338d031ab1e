// What a process that was let in may say to our own actors: no bytes may harm a store or another worker.

#include <algorithm>
#include <fstream>
#include <random>

#include <cluster_store/tests/support/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/actors/door/door_support.hpp>
#include <cluster_store/tests/actors/wire/wire_support.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace cluster_store::actors;

namespace {

/// What is written to the standard output, kept in a file.
class output_to_file {
public:
  explicit output_to_file(std::string path) : path_(std::move(path)), saved_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    const file_descriptor file{::open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)};
    ::dup2(file.number(), STDOUT_FILENO);
  }

  std::string end() {
    std::fflush(stdout);
    ::dup2(saved_.number(), STDOUT_FILENO);
    std::ifstream in{path_};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

private:
  std::string path_;
  file_descriptor saved_;
};

/// A master, an honest worker of it, and a process that was let in and says what it likes.
class hostile_guest {
public:
  hostile_guest() : random_(seed_) {
    server_options how;
    how.listen = {unix_at(folder_ / "socket")};
    server_ = serve(how).value();
    options mine;
    mine.mode = mode::worker;
    mine.where = how.listen.front();
    honest_ = cluster_store::open(mine).value();
    link_ = guest_.connect(how.listen.front()).value();
    client_.bytes.fill(0x66);
    const auto welcome = greet();
    REQUIRE(welcome.store);
    store_ = caf::actor_cast<caf::actor>(welcome.store);
    ticket_ = wire::decode_welcome(welcome.bytes).value().ticket;
  }

  ~hostile_guest() {
    store_ = nullptr;
    link_ = {};
  }

  std::random_device::result_type seed() const { return seed_; }

  welcome_message greet() {
    wire::hello said;
    said.pass = link_.pass;
    said.store = "default";
    said.worker = "guest";
    said.client = client_;
    return ask<welcome_message>(link_.gate, hello_message{wire::encode(said)}).value();
  }

  /// Bytes that were a batch with a valid ticket, before they were damaged.
  std::string damaged_batch() {
    auto operations = every_operation();
    std::erase_if(operations, [](const auto& each) { return each.is().name == "clear"; });
    for (auto& each : operations)
      each.seq = random_() % 4 == 0 ? random_() : ++seq_;
    auto bytes = batch_of(operations, {client_, ticket_, 1});
    for (auto left = random_() % 8; left > 0; --left)
      bytes[24 + random_() % (bytes.size() - 24)] = static_cast<char>(random_());
    bytes.resize(bytes.size() - random_() % 20);
    return bytes;
  }

  std::string noise() {
    std::string bytes(random_() % 100, '\0');
    std::ranges::generate(bytes, [this] { return static_cast<char>(random_()); });
    return bytes;
  }

  /// One message of any kind to the gate or to the store.
  void say_something() {
    auto& to = random_() % 2 == 0 ? link_.gate : store_;
    switch (random_() % 9) {
    case 0:
      return send(to, hello_message{noise()});
    case 1:
      return send(to, status_message{noise()});
    case 2:
      return send(to, beat_message{noise()});
    case 3:
      return send(to, bye_message{noise()});
    case 4:
      return send(to, results_message{noise()});
    case 5:
      return send(to, welcome_message{noise(), nullptr});
    case 6:
      return send(to, get_request{"a planted id"});
    case 7:
      return send(to, std::string{"a planted text"});
    default:
      return send(store_, batch_message{damaged_batch()});
    }
  }

  /// The master is as well as ever.
  void expect_peace() {
    REQUIRE(greet().store); // everything said before has been heard
    CHECK(honest_.set("honest", "data"));
    CHECK(honest_.get("honest").value()->data == "data");
    CHECK(honest_.status().disconnects == 0);
    const auto seen = server_.status().stores.at(0);
    CHECK(seen.up);
    CHECK(seen.restarts == 0);
    CHECK(seen.problem.empty());
  }

private:
  template <class Message>
  void send(const caf::actor& to, Message message) {
    caf::scoped_actor self{guest_.system()};
    compat::send(self.ptr(), to, std::move(message));
  }

  template <class Reply, class Message>
  std::optional<Reply> ask(const caf::actor& whom, Message message) {
    std::optional<Reply> answer;
    caf::scoped_actor self{guest_.system()};
    compat::request(self.ptr(), whom, caf::timespan{10s}, std::move(message))
        .receive([&](Reply& got) { answer = std::move(got); }, [](caf::error&) {});
    return answer;
  }

  temporary_directory folder_;
  std::random_device::result_type seed_ = std::random_device{}();
  std::mt19937_64 random_;
  server server_;
  client honest_;
  node guest_;
  door::link link_;
  caf::actor store_;
  backends::client_id client_;
  std::uint64_t ticket_ = 0;
  std::uint64_t seq_ = 0;
};

} // namespace

TEST_CASE("no bytes of an admitted process harm a store, a gate or another worker", "[door]") {
  hostile_guest guest;
  INFO("seed " << guest.seed());
  for (int round = 0; round < 10; ++round) {
    for (int count = 0; count < 300; ++count)
      guest.say_something();
    guest.expect_peace();
  }
}

TEST_CASE("a master does not print what an admitted process sends it", "[door]") {
  const temporary_directory folder;
  output_to_file output{folder / "output"};
  {
    hostile_guest guest;
    for (int count = 0; count < 200; ++count)
      guest.say_something();
    guest.expect_peace();
  }
  CHECK(output.end() == "");
}
