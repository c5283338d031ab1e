#include <cluster_store/actors/runtime/runtime.hpp>

#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <cluster_store/actors/messages.hpp>
#include <cluster_store/actors/runtime/living_node.hpp>
#include <cluster_store/backends/standard_streams.hpp>
#include <cluster_store/backends/system/forked.hpp>
#include <cluster_store/backends/system/room.hpp>

namespace cluster_store::actors {

namespace {

/// CAF's worker, its clock and its printer, and one more.
constexpr room own_room{.descriptors = 4, .threads = 4, .memory_bytes = 32u << 20};

/// CAF's two workers, clock, printer, multiplexer and middleman, the door and its TLS, and two more. An epoll
/// and a pipe of CAF's, three of the door and three of its TLS, a listening socket and its lock, and some
/// connections.
constexpr room network_room{.descriptors = 16, .threads = 10, .memory_bytes = 64u << 20};

thread_local int callback_depth = 0;

/// Where that was counted: a child that was forked in a callback has a thread of its own.
thread_local process_stamp callback_process{};

/// An actor system and what it is configured by.
struct home {
  explicit home(bool with_network) : system(prepared(config, with_network)) {
    if (system.has_middleman())
      node.emplace(system.node());
  }

  /// Without a network one thread: whatever proxy and store hand over to each other then wakes nobody. With
  /// one, these two run on the middleman's thread; two threads are left for the gate, the link and a
  /// program's own actors.
  static caf::actor_system_config& prepared(caf::actor_system_config& config, bool with_network) {
    prepare(config, with_network);
    compat::set_option(config, "scheduler.max-threads", std::size_t{with_network ? 2u : 1u});
    return config;
  }

  caf::actor_system_config config;
  caf::actor_system system;
  std::optional<living_node> node; ///< If it has a network.
};

} // namespace

void prepare(caf::actor_system_config& config, bool with_network) {
  secure_standard_streams(); // before CAF opens anything
  initialize_message_types(config);
  compat::set_option(config, "scheduler.policy", compat::option_word("sharing"));
  if (!with_network)
    return;
  config.load<caf::io::middleman>();
  compat::set_option(config, "middleman.workers", std::size_t{0});
}

result<std::shared_ptr<caf::actor_system>> make_actor_system(bool with_network) {
  const signal_shield shield; // for CAF's threads
  secure_standard_streams();
  if (auto good = check_room(with_network ? network_room : own_room, "a store"); !good)
    return tl::unexpected<error>{std::move(good).error()};
  const auto end = [](home* ended) {
    if (callback_scope::active())
      std::thread([ended] { delete ended; }).detach();
    else
      delete ended;
  };
  const program_thread caller;
  for (std::size_t tried = 0; tried < living_node::ids_max; ++tried) {
    const std::shared_ptr<home> made{new home(with_network), end};
    if (!made->node || made->node->was_alone())
      return std::shared_ptr<caf::actor_system>{made, &made->system};
  }
  return fail(errc::overloaded,
              "this process has " + std::to_string(living_node::ids_max)
                  + " handles and servers with an actor system of their own, and CAF knows no more "
                    "apart: share handles, or open them in one actor system");
}

callback_scope::callback_scope() noexcept {
  const auto here = current_process();
  if (std::exchange(callback_process, here) != here)
    callback_depth = 0;
  ++callback_depth;
}

callback_scope::~callback_scope() {
  --callback_depth;
}

bool callback_scope::active() noexcept {
  return was_active(current_process());
}

bool callback_scope::was_active(process_stamp process) noexcept {
  return callback_depth > 0 && callback_process == process;
}

} // namespace cluster_store::actors
