#include <cluster_store/actors/door/inside.hpp>

#include <system_error>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cluster_store/actors/door/acceptor.hpp>
#include <cluster_store/actors/door/preamble/frames.hpp>
#include <cluster_store/actors/door/streams/run_all.hpp>
#include <cluster_store/actors/door/trust/auth.hpp>
#include <cluster_store/backends/system/random.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>

namespace cluster_store::door {

namespace {

constexpr std::chrono::seconds drain_patience{1};
constexpr std::chrono::milliseconds routed_again{1};

identity identity_of(const caf::actor_system& system) {
  identity self;
  self.generation = static_cast<std::uint8_t>(compat::caf_generation);
  self.node = to_string(system.node());
  self.instance = random_array<process_instance>();
  return self;
}

} // namespace

inside::inside(caf::actor_system& system)
    : self_(identity_of(system)), node_(system.node()), caf_side_(std::make_shared<middleman>(system)) {}

void inside::start() {
  const boost::asio::steady_timer opens_descriptors{io_}; // here, where it may fail, and not on the thread
  table_->bind([this](connection_id id) { post([this, id] { on_socket_closed(id); }); });
  thread_ = std::thread{[self = shared_from_this()] { self->work(); }};
}

void inside::work() {
  signal_shield::keep();
  run_all(io_);
  {
    const std::lock_guard guard{mutex_};
    ended_ = true;
  }
  io_.restart();
  io_.poll(); // what was posted until now
}

bool inside::post(action what) {
  const std::lock_guard guard{mutex_};
  if (ended_)
    return false;
  boost::asio::post(io_, std::move(what));
  return true;
}

bool inside::on_own_thread() {
  return io_.get_executor().running_in_this_thread();
}

bool inside::run(const action& what) {
  if (on_own_thread()) {
    what();
    return true;
  }
  std::packaged_task<void()> task{std::ref(what)};
  auto done = task.get_future();
  if (!post([&] { task(); }))
    return false;
  done.get();
  return true;
}

bool inside::work_aside(std::function<action()> work) {
  try {
    std::thread{[weak = weak_from_this(), work = std::move(work)] {
      auto then = work();
      if (const auto alive = weak.lock())
        alive->post(std::move(then));
    }}.detach();
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

std::shared_ptr<middleman> inside::caf_side() const {
  const std::lock_guard guard{mutex_};
  return caf_side_;
}

result<unshared_descriptor> inside::socket_for_caf(std::unique_ptr<byte_stream> stream) {
  auto direct = stream->detach();
  return direct ? std::move(direct) : relay_.carry(std::move(stream));
}

void inside::on_socket_closed(connection_id id) {
  const auto caf = caf_side();
  if (!caf)
    return;
  // CAF may still have to clean up behind the socket; a new connection of the same node would get lost in
  // that.
  caf->ask_routed(id, [weak = weak_from_this(), id](bool routed) {
    const auto self = weak.lock();
    if (!self)
      return;
    self->post([door = self.get(), id, routed] {
      if (!routed) {
        door->on_forgotten(id);
        return;
      }
      const auto timer = std::make_shared<boost::asio::steady_timer>(door->io_, routed_again);
      timer->async_wait([timer, door, id](const auto& problem) {
        if (!problem)
          door->on_socket_closed(id);
      });
    });
  });
}

void inside::on_forgotten(connection_id id) {
  table_->finish(id);
  if (!draining_ || !table_->empty())
    return;
  draining_ = false;
  drained_.set_value();
}

void inside::close_everything() {
  while (!acceptors_.empty())
    (*acceptors_.begin())->close();
  connector_.close();
  table_->close_all();
  draining_ = !table_->empty();
  if (!draining_)
    drained_.set_value();
}

void inside::stop() {
  if (stopping_.exchange(true))
    return;
  run([this] { close_everything(); });
  const auto caf = caf_side();
  if (!on_own_thread() && !caf->on_multiplexer_thread())
    drained_.get_future().wait_for(drain_patience);
  relay_.stop();
  table_->bind({});
  work_.reset();
  io_.stop();
  if (on_own_thread())
    thread_.detach();
  else
    thread_.join();
  const std::lock_guard guard{mutex_};
  caf_side_.reset();
}

} // namespace cluster_store::door
