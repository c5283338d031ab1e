#include <cluster_store/tests/actors/door/door_support.hpp>

#include <cerrno>
#include <stdexcept>

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cluster_store/actors/door/preamble/frames.hpp>
#include <cluster_store/actors/door/sockets/sockets.hpp>
#include <cluster_store/backends/system/random.hpp>

namespace cluster_store::tests {

namespace {

caf::behavior answer_with(caf::event_based_actor*, const std::string& name) {
  return {[name](const std::string& what) -> std::string { return name + ": " + what; }};
}

} // namespace

node_config::node_config(int middleman_workers) {
  load<caf::io::middleman>();
  compat::initialize_types<caf::id_block::cluster_store>(*this);
  compat::set_option(*this, "scheduler.policy", compat::option_word("sharing"));
  compat::set_option(*this, "scheduler.max-threads", 2);
  compat::set_option(*this, "middleman.workers", middleman_workers);
}

node::node(int middleman_workers)
    : config_(middleman_workers), system_(config_), door_(door::door::of(system_)) {}

node::~node() {
  door_.reset();
  end_gates();
}

void node::end_gates() {
  for (const auto& each : gates_)
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  gates_.clear();
}

caf::actor node::gate(const std::string& name) {
  gates_.push_back(system_.spawn(answer_with, name));
  return gates_.back();
}

door::listener node::serve(const endpoint& where, door::listen_options how) {
  if (!how.gate)
    how.gate = gate();
  auto listening = door_->listen(where, std::move(how));
  if (!listening)
    throw std::runtime_error{listening.error().message};
  return std::move(*listening);
}

std::future<result<door::link>> node::connecting(const endpoint& where, const door::connect_options& how) {
  const auto outcome = std::make_shared<std::promise<result<door::link>>>();
  door_->connect(where, how, [outcome](result<door::link> got) { outcome->set_value(std::move(got)); });
  return outcome->get_future();
}

result<door::link> node::connect(const endpoint& where, const door::connect_options& how) {
  auto outcome = connecting(where, how);
  if (outcome.wait_for(patience) != std::future_status::ready)
    throw std::runtime_error{"connect never answered"};
  return outcome.get();
}

std::optional<std::string> node::ask(const door::link& through, const std::string& what,
                                     std::chrono::milliseconds limit) {
  std::optional<std::string> answer;
  caf::scoped_actor self{system_};
  compat::request(self.ptr(), through.gate, caf::timespan{limit}, what)
      .receive([&](std::string& got) { answer = std::move(got); }, [](caf::error&) {});
  return answer;
}

bool node::sees_down(const door::link& through) {
  const auto down = std::make_shared<std::promise<void>>();
  compat::attach(through.gate, [down](const caf::error&) { down->set_value(); });
  return down->get_future().wait_for(patience) == std::future_status::ready;
}

door::secret shared_secret() {
  static const auto one = *door::secret::from("the secret of all tests");
  return one;
}

door::listen_options with_secret() {
  door::listen_options how;
  how.keys.worker = shared_secret();
  return how;
}

door::connect_options knowing_secret(door::role wanted) {
  door::connect_options how;
  how.wanted = wanted;
  how.key = shared_secret();
  return how;
}

endpoint any_port() {
  return {endpoint::kind::tcp, {}, "127.0.0.1", 0};
}

endpoint unix_at(const std::string& path) {
  return {endpoint::kind::unix_socket, path, {}, 0};
}

raw_peer::raw_peer(const endpoint& where, const std::string& from) {
  const auto address = where.what == endpoint::kind::tcp
                           ? door::literal_addresses(where.host, where.port).front()
                           : *door::unix_address(where.path);
  socket_ = file_descriptor{::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!from.empty()) {
    const auto source = door::literal_addresses(from, 0).front();
    if (::bind(socket_.number(), source.get(), source.length()) != 0)
      throw std::system_error{errno, std::generic_category(), "bind to " + from};
  }
  if (::connect(socket_.number(), address.get(), address.length()) != 0)
    throw std::system_error{errno, std::generic_category(), "connect to " + to_string(where)};
}

void raw_peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return; // the door closed, which the reading side shows
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string raw_peer::receive(std::size_t count, std::chrono::milliseconds limit) {
  std::string got;
  const auto until = within(limit);
  while (got.size() < count) {
    pollfd state{socket_.number(), POLLIN, 0};
    if (::poll(&state, 1, static_cast<int>(left_until(until).count())) <= 0)
      break;
    char some[512];
    const auto size = ::recv(socket_.number(), some, std::min(sizeof(some), count - got.size()), 0);
    if (size <= 0)
      break;
    got.append(some, static_cast<std::size_t>(size));
  }
  return got;
}

bool raw_peer::is_closed(std::chrono::milliseconds limit) {
  const auto until = within(limit);
  for (;;) {
    pollfd state{socket_.number(), POLLIN, 0};
    if (::poll(&state, 1, static_cast<int>(left_until(until).count())) <= 0)
      return false;
    char some[512];
    if (::recv(socket_.number(), some, sizeof(some), 0) <= 0)
      return true;
  }
}

result<wire::token> raw_peer::introduce(const door::identity& who, door::role wanted,
                                        const std::optional<door::secret>& key) {
  return introduce_over([this](std::string_view bytes) { send(bytes); },
                        [this](std::size_t count) { return receive(count); }, who, wanted, key);
}

result<wire::token> introduce_over(const std::function<void(std::string_view)>& send,
                                   const std::function<std::string(std::size_t)>& receive,
                                   const door::identity& who, door::role wanted,
                                   const std::optional<door::secret>& key) {
  door::client_preamble preamble{who, wanted, key ? door::proof_kind::secret : door::proof_kind::uid,
                                 key ? key->reveal() : std::string_view{},
                                 random_array<door::challenge_nonce>()};
  using stage = door::client_preamble::stage;
  send(preamble.hello());
  while (preamble.at() == stage::talking) {
    const auto bytes = receive(preamble.wanted());
    if (bytes.empty())
      return fail(errc::unavailable, "the door closed the connection");
    preamble.feed(bytes);
    if (preamble.at() == stage::challenged)
      send(preamble.prove());
  }
  if (preamble.at() == stage::failed)
    return tl::unexpected{preamble.problem()};
  return preamble.pass();
}

door::identity raw_identity(const std::string& node, std::uint8_t instance) {
  door::identity who;
  who.generation = static_cast<std::uint8_t>(compat::caf_generation);
  who.node = node;
  who.instance.fill(instance);
  return who;
}

std::chrono::microseconds time_used() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return std::chrono::seconds{used.ru_utime.tv_sec + used.ru_stime.tv_sec}
         + std::chrono::microseconds{used.ru_utime.tv_usec + used.ru_stime.tv_usec};
}

} // namespace cluster_store::tests
