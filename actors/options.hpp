#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/endpoint.hpp>
#include <cluster_store/backends/registry.hpp>
#include <cluster_store/backends/session.hpp>

namespace cluster_store {

/// Role of a process.
enum class mode : std::uint8_t {
  standalone, ///< The store lives in this process and nobody else reaches it: no socket is opened.
  master,     ///< The store lives in this process and is served on an endpoint.
  worker,     ///< The store lives in another process.
  /// The process uses the master at the endpoint and becomes it if there is none: of all that are opened with
  /// the same options one is the master, and if it ends another one takes over. On one host only.
  automatic,
};

/// One named store of a master or standalone process.
struct store_options {
  std::string name = "default"; ///< 1–64 bytes of letters, digits, `.`, `_`, `-`.
  std::string uri = "memory:";  ///< Backend URI, used unless `open` is set. A relative path in it
                                ///< begins where the process is when this is given.
  /// Opens a backend of your own, in every mode, also when it has to be opened again. Gets `uri`; relative
  /// paths in it are made absolute only for engines that this library knows. What it, or a function of the
  /// backend, throws is an `io_error`, or ends the commit it happened in as `outcome_unknown`.
  backends::factory open;
  std::optional<time_to_live> ttl_default; ///< Life of sessions that are set without a ttl; none = for ever.
  /// Refuses to save a destroyed session, even blindly, for this long after it was destroyed (`conflict`), so
  /// that a request that is late cannot undo a logout; 1 ms–100 years; none = off. Not those that `clear`
  /// removed or that expired. Costs two small rows per destroyed session, and a read per save or destroy of a
  /// session that does not exist.
  std::optional<std::chrono::milliseconds> logout_guard;
  /// The data are a copy that was put back, of a store that went on after the copy was made. Then versions
  /// begin well beyond all that it can have given out, and workers are told that the data are others: what
  /// they had sent ends as `outcome_unknown`, and what they saw before does not match by chance. Every
  /// process that is given this does so once: give it to the first one and to no other. Default false.
  bool restored = false;
  session_limits limits;
  std::uint32_t in_flight_max = 16'384; ///< Most unanswered operations of one client; 1–65 536.
};

/// When an operation is given up.
struct call_options {
  /// How long the caller waits for an answer; 1 ms–10 min, default 5 s.
  std::chrono::milliseconds timeout{5'000};
};

/// What bounds a handle's queue; beyond it operations are answered `overloaded` at once.
struct queue_limits {
  std::size_t operations_max = 10'000; ///< Unanswered operations; 1–65 536, default 10 000.
  std::size_t bytes_max =
      16 * 1024 * 1024; ///< Bytes of their ids and data, unless it is one alone; default 16 MiB.
  std::size_t batch_operations_max = 256;   ///< Operations that travel in one message; default 256.
  std::size_t batch_bytes_max = 256 * 1024; ///< Bytes of one message, unless one operation is larger.
  std::size_t batches_in_flight_max = 8;    ///< Messages without an answer; default 8.
  /// Bytes of answers on their way to this handle, unless one answer is larger; default 4 MiB. What a
  /// callback is given is on its way until it returns.
  std::size_t answers_bytes_max = 4 * 1024 * 1024;
};

/// Files that TLS is made of, all in PEM; paths, empty = none (docs/security.md says what each holds). What a
/// process gives here holds for all its TCP endpoints, also on loopback; Unix sockets never use TLS.
struct tls_options {
  /// Certificate of this process, followed by those between it and the CA. A master: turns TLS on. A worker:
  /// shown to masters that ask for one.
  std::string certificate_file;

  /// Private key of the certificate, without a passphrase; only its owner may read it.
  std::string key_file;

  /// Certificates of the CAs that are trusted. A worker: turns TLS on; the master's certificate must come
  /// from one of them. A master: its workers, too, must show a certificate from one of them, besides the
  /// secret.
  std::string authority_file;

  /// Worker: the name or IP address that the master's certificate must hold; empty = the host of the
  /// endpoint.
  std::string server_name;
};

/// How `cluster_store::open` finds the store.
struct options {
  cluster_store::mode mode = cluster_store::mode::standalone;

  /// The store this handle speaks to. In the modes that own the store its options apply; a worker uses only
  /// its name.
  store_options store;

  /// Where to listen (master), to connect (worker) or both (automatic: on this host). Default: the user's own
  /// Unix socket.
  endpoint where = default_endpoint();

  /// File with the shared secret; empty = the user's default secret file. Needed for TCP only.
  std::string secret_file;

  /// Worker mode: asks for the role admin, which may also `clear`. Where admins have a secret of their own,
  /// `secret_file` must name it on TCP. Default false.
  bool admin = false;

  /// Modes that own the store: file with the secret of admins. With it `clear` is refused to all others
  /// (`unauthorized`). Empty = everybody who is let in is an admin, too.
  std::string admin_secret_file;

  /// TLS on TCP; needed beyond loopback. A worker reads the files again for every attempt to connect.
  tls_options tls;

  /// Name of this process for admission and status, at most 64 bytes; empty = "worker".
  std::string worker_name;

  call_options calls;
  queue_limits queue;

  /// How long `open` waits for the first welcome in the modes worker and automatic; default 5 s. In mode
  /// automatic that is until the store is open, here or elsewhere: give it time for a long log.
  std::chrono::milliseconds connect_timeout{5'000};

  /// Modes worker and automatic: return at once and connect in the background. Capabilities are then unknown
  /// until `connect`.
  bool lazy = false;

  /// Once disconnected for longer than this, new operations are answered `unavailable` at once instead of
  /// waiting for the connection until their deadline; none = always wait.
  std::optional<std::chrono::milliseconds> unavailable_after;

  /// Master mode: as `server_options::on_endpoint`.
  std::function<void(const endpoint_event&)> on_endpoint;

  /// Told, once, if something ended that the handle cannot do without and that is not started again: the
  /// server in this process, CAF's broker, the handle's own proxy; the usual cause is that there was no
  /// memory. Every call is `unavailable` from then on: close the handle and open another one, or end with an
  /// error and be started again. Called on a thread of the library: do not block there.
  std::function<void(const error&)> on_failure;

  /// Strictly paired: `on_connect`, `on_disconnect`, `on_connect`, … Called on the proxy's thread: do not
  /// block (`client`). What they throw is dropped and counted.
  std::function<void()> on_connect;
  std::function<void(const error&)> on_disconnect; ///< With the reason.

  /// Mode `automatic`: the process is a `worker` or the `master` from now on; called as `on_connect`, before
  /// it.
  std::function<void(cluster_store::mode)> on_role;
};

/// How a master is set up.
struct server_options {
  std::vector<store_options> stores{store_options{}}; ///< At least one; names differ.
  std::vector<endpoint> listen{default_endpoint()};   ///< Empty: nobody but this process reaches the stores.
  std::string secret_file; ///< Empty = the user's default file, created if missing.
  /// File with the secret of admins. With it `clear` is for the role admin alone: on TCP for who knows this
  /// secret, on a Unix socket for who asks for the role. Empty = everybody who is let in is an admin, too.
  std::string admin_secret_file;
  tls_options tls;                    ///< With a certificate every TCP endpoint speaks TLS.
  std::size_t connections_max = 1024; ///< Worker processes at once; 1–65 536.
  /// Bytes of memory above the data that workers can make a master take, whatever they do: what is on the way
  /// to and from them, in all stores together; 1 MiB–1 TiB, default 128 MiB. Beside it each worker costs some
  /// kilobytes, and up to 64 KiB for what it has on the way.
  std::size_t memory_bytes_max = 128 * 1024 * 1024;
  /// Told when an endpoint is lost, mended or in trouble while the master runs: somebody removed its files,
  /// and from then on nobody would have found it. Called on a thread of the library: do not block there.
  std::function<void(const endpoint_event&)> on_endpoint;
  /// Told, once, if something ended that must live as long as the server and cannot be started anew: its
  /// gate, the supervisor of a store, CAF's broker; the usual cause is that there was no memory. The server
  /// and its handles are `unavailable` from then on: stop it and start another one, or end with an error, as
  /// `serve` does, and be started again. Called on a thread of the library: do not block there.
  std::function<void(const error&)> on_failure;
};

} // namespace cluster_store
