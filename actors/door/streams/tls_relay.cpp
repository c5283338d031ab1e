#include <cluster_store/actors/door/streams/tls_relay.hpp>

#include <exception>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/socket.h>

#include <cluster_store/actors/door/sockets/sockets.hpp>
#include <cluster_store/actors/door/streams/passage.hpp>
#include <cluster_store/actors/door/streams/run_all.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>

namespace cluster_store::door {

namespace {

constexpr std::chrono::seconds drain_patience{1};

tl::unexpected<error> no_room() {
  return fail(errc::overloaded,
              "the system has no room for another TLS connection (sockets or threads): close "
              "some, or raise its limits");
}

} // namespace

tls_relay::~tls_relay() {
  stop();
}

bool tls_relay::start_thread() {
  if (thread_.joinable())
    return true;
  try {
    const boost::asio::steady_timer opens_descriptors{io_}; // here, where it may fail, and not on the thread
    thread_ = std::thread{[this] { work(); }};
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void tls_relay::work() {
  signal_shield::keep();
  run_all(io_);
  drained_.set_value();
  for (const auto& each : std::set{passages_})
    each->end();
}

result<unshared_descriptor> tls_relay::carry(std::unique_ptr<byte_stream> network) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    return no_room();
  unshared_descriptor for_caf{ends[0]};
  auto inner = std::make_unique<byte_stream>(unshared_descriptor{ends[1]});
  const std::lock_guard guard{mutex_};
  if (stopped_ || !start_thread())
    return no_room();
  auto begin = [this, network = std::move(network), inner = std::move(inner)]() mutable {
    const auto made = std::make_shared<passage>(io_, std::move(network), std::move(inner),
                                                [this](const auto& gone) { passages_.erase(gone); });
    passages_.insert(made);
    made->start();
  };
  boost::asio::post(io_, std::move(begin));
  return for_caf;
}

void tls_relay::stop() {
  {
    const std::lock_guard guard{mutex_};
    if (std::exchange(stopped_, true) || !thread_.joinable())
      return;
  }
  work_.reset(); // what runs ends with the last passage
  drained_.get_future().wait_for(drain_patience);
  io_.stop();
  thread_.join();
}

} // namespace cluster_store::door
