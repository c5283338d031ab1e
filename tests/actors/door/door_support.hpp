#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/actors/door/door.hpp>
#include <cluster_store/actors/store/messages.hpp>
#include <cluster_store/tests/support/file_descriptor.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

namespace cluster_store::tests {

using namespace std::chrono_literals;

inline constexpr auto patience = 20s; ///< For what must happen; much longer than it ever takes.

struct node_config : caf::actor_system_config {
  /// @param middleman_workers helper threads of CAF's middleman; 0 is what the project's programs use.
  explicit node_config(int middleman_workers);
};

/// An actor system with its door, as a process would have it.
class node {
public:
  explicit node(int middleman_workers = 0);
  ~node();

  caf::actor_system& system() noexcept { return system_; }
  door::door& door() noexcept { return *door_; }
  void drop_door() noexcept { door_.reset(); }
  void open_door() { door_ = door::door::of(system_); }

  /// @returns a new gate that answers a string with "<name>: <string>".
  caf::actor gate(const std::string& name = "gate");

  /// Listens, and requires that it works.
  door::listener serve(const endpoint& where, door::listen_options how = {});
  result<door::link> connect(const endpoint& where, const door::connect_options& how = {});
  std::future<result<door::link>> connecting(const endpoint& where, const door::connect_options& how = {});

  /// @returns what the gate of `through` answers, nothing if there is no answer.
  std::optional<std::string> ask(const door::link& through, const std::string& what,
                                 std::chrono::milliseconds limit = patience);

  /// @returns whether the gate of `through` is seen to go down.
  bool sees_down(const door::link& through);

  void end_gates();

private:
  node_config config_;
  caf::actor_system system_;
  std::shared_ptr<door::door> door_;
  std::vector<caf::actor> gates_;
};

/// The secret of all tests, and options that carry it.
door::secret shared_secret();
door::listen_options with_secret();
door::connect_options knowing_secret(door::role wanted = door::role::worker);

endpoint any_port(); ///< 127.0.0.1:0
endpoint unix_at(const std::string& path);

/// A plain socket to a door, without CAF behind it.
class raw_peer {
public:
  /// @param from the address it comes from; empty: as the system chooses.
  explicit raw_peer(const endpoint& where, const std::string& from = {});

  void send(std::string_view bytes);
  /// @returns `count` bytes, or fewer if the door closed or nothing came.
  std::string receive(std::size_t count, std::chrono::milliseconds limit = patience);
  /// @returns whether the door closed the connection.
  bool is_closed(std::chrono::milliseconds limit = patience);
  void close() noexcept { socket_.close(); }
  int number() const noexcept { return socket_.number(); }

  /// Runs the whole preamble.
  /// @returns the pass.
  result<wire::token> introduce(const door::identity& who, door::role wanted = door::role::worker,
                                const std::optional<door::secret>& key = {});

private:
  file_descriptor socket_;
};

/// Runs the whole preamble as a client that is known by `key`, or by its user.
/// @param send takes bytes. @param receive returns some, at most so many as it is told; none if it is over.
/// @returns the pass.
result<wire::token> introduce_over(const std::function<void(std::string_view)>& send,
                                   const std::function<std::string(std::size_t)>& receive,
                                   const door::identity& who, door::role wanted,
                                   const std::optional<door::secret>& key);

/// Processor time of this process so far.
std::chrono::microseconds time_used();

/// @returns an identity a raw peer can use against a door of this process.
door::identity raw_identity(const std::string& node, std::uint8_t instance);

} // namespace cluster_store::tests
