#pragma once

#include <string>
#include <type_traits>

#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/scribe.hpp>

#include <cluster_store/actors/door/connection_table.hpp>
#include <cluster_store/actors/door/preamble/basp_guard.hpp>
#include <cluster_store/actors/door/streams/connection_stream.hpp>

namespace cluster_store::door {

/// What CAF hands to `consume` beside the bytes: of another type in each generation.
template <class Context>
Context* context_of(bool (caf::io::scribe::*)(Context*, const void*, std::size_t));
using consumer_context = decltype(context_of(&caf::io::scribe::consume));

/// A connection of BASP with a handle of ours, a guard in front of BASP and a ticket that tells when its
/// socket is closed.
///
/// Threads: the multiplexer's.
class connection : public caf::io::scribe {
public:
  /// @param socket connected; owned from now on.
  connection(caf::io::network::default_multiplexer& multiplexer, caf::io::connection_handle handle,
             connection_table::ticket place, int socket, basp_guard::peer who);

  bool consume(consumer_context context, const void* bytes, std::size_t size) override;
  void configure_read(caf::io::receive_policy::config how) override;
  void ack_writes(bool enable) override { stream_.ack_writes(enable); }
  connection_stream::buffer& wr_buf() override { return stream_.wr_buf(); }
  connection_stream::buffer& rd_buf() override { return stream_.rd_buf(); }
  void graceful_shutdown() override;
  void flush() override { stream_.send(this); }
  std::string addr() const override { return "door"; }
  std::uint16_t port() const override { return 0; }
  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { stream_.passivate(); }

private:
  connection_stream stream_;
  basp_guard guard_;
  connection_table::ticket place_;
  bool launched_ = false;
};

} // namespace cluster_store::door
