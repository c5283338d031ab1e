#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/actors/options.hpp>
#include <cluster_store/actors/server.hpp>
#include <cluster_store/backends/result.hpp>

namespace cluster_store {

/// A line that a child wrote.
struct child_line {
  std::size_t worker = 0; ///< The child's number, from 1 on.
  bool is_error = false;  ///< It was written to the standard error, not to the standard output.
  std::string_view text;  ///< Without its end; valid during the call.
};

/// What became of a child.
struct child_event {
  enum class kind : std::uint8_t {
    started,
    ended,            ///< By itself; it is started again.
    cannot_start,     ///< This time; it is tried again.
    replaced,         ///< Its successor took over.
    not_replaced,     ///< Its successor did not come up, so that it goes on.
    had_to_be_killed, ///< It did not end in time when it was asked to.
  };

  kind what = kind::started;
  std::size_t worker = 0;       ///< The child's number, from 1 on.
  std::uint64_t process_id = 0; ///< 0 if there is none.
  std::string message;          ///< In words.
};

/// What a master starts as its children.
struct children_options {
  /// The program and its arguments. A program without `/` in its name is looked for in PATH, once, when the
  /// children are started.
  std::vector<std::string> command;

  std::size_t workers = 1; ///< How many processes; 1–1 024, default 1.

  /// Told to the children: file with the secret they need on TCP; empty = they use the user's default file.
  std::string secret_file;

  /// How long a child may take to end after SIGTERM before it is killed; 0–1 h, default 10 s.
  std::chrono::milliseconds grace{10'000};

  /// How long `replace` waits for a successor to be connected before it gives it up; 1 s–1 h, default 30 s.
  std::chrono::milliseconds successor_timeout{30'000};

  /// Takes what children write, line by line; a line of more than 16 KiB comes in parts. Empty: they write to
  /// this process's own standard output and error. Called on a thread for each of the two, and may block:
  /// then children wait who write more than their pipes hold (64 KiB), and nobody else does.
  std::function<void(const child_line&)> on_line;

  /// Told of the children's lives, on the thread that looks after them: do not block there.
  std::function<void(const child_event&)> on_event;
};

/// The workers of a master as its child processes: started together, started again when they end, replaced
/// one after another, ended with it.
///
/// Each child has `CLUSTER_STORE_CONNECT` (the first endpoint of the master), `CLUSTER_STORE_WORKER` (its
/// number) and, if there is one, `CLUSTER_STORE_SECRET_FILE` in its environment, reads nothing
/// (`/dev/null`), and is in a process group of its own, so that Ctrl-C at a terminal reaches its master only.
/// One that ends is started again after 100 ms, or, if it lived for less than a second, after 100 ms, 200 ms,
/// … up to 10 s, and every 30 s once that was the case more than five times within 30 s. If this process dies
/// they get SIGTERM. Only they are ended: what they start themselves is theirs.
///
/// Threads: all functions may be called from any thread; one thread of the library looks after the children
/// and lives as long as they do. Ownership: copies share the children; the end of the last one ends them, as
/// `stop`. It keeps its server alive. In a forked child the calls and the end do nothing.
class children {
public:
  children() = default; ///< None.

  /// Starts them. Blocks until all are running.
  /// @errors `invalid_argument` for bad options, for a master without endpoints, for a program that there is
  ///   not or that cannot be executed; `io_error` if the system has no room for a process. None runs then.
  static result<children> start(server master, const children_options& how);

  /// Begins to replace all by new processes of the same command, one after another: a child is asked to end
  /// once its successor has connected to the master or, if none of them ever did, has lived for a second. A
  /// successor that ends before that, or does not do that in time, is given up, and who it was for goes on.
  /// Returns at once; asked for again before the end, all are replaced once more.
  /// @errors `invalid_argument` if there are no children, `unavailable` in a forked child.
  result<void> replace();

  /// Asks all to end (SIGTERM), waits for them, and kills who takes longer than `children_options::grace`.
  /// Blocks that long. Idempotent.
  void stop();

  /// From now on those who are asked to end have no more time: ends a `stop` of another thread soon.
  void hurry();

  class implementation;
  explicit children(std::shared_ptr<implementation> body) : body_(std::move(body)) {}

private:
  std::shared_ptr<implementation> body_;
};

/// Checks options before a master is started for them: also that there is such a program.
/// @errors as of `children::start`, as far as that can be known before.
result<void> check_children(const children_options& how);

/// How a process that was started by `children` opens its store: a worker, where and with which secret its
/// environment says.
/// @errors `invalid_argument` if there is no `CLUSTER_STORE_CONNECT`, or if that is no endpoint.
result<options> options_of_child();

} // namespace cluster_store
