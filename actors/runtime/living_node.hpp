#pragma once

#include <cstddef>

#include <caf/node_id.hpp>

namespace cluster_store::actors {

/// An actor system of this process that is, or will be, connected with others.
///
/// CAF 0.17 numbers the actor systems of a process with 8 bits: the 257th gets the node id of the first, and
/// no peer could tell them apart. Who makes an actor system makes another one if it is not alone.
///
/// Threads: any.
class living_node {
public:
  static constexpr std::size_t ids_max = 256;

  explicit living_node(const caf::node_id& id);
  living_node(const living_node&) = delete;
  living_node& operator=(const living_node&) = delete;
  ~living_node();

  /// @returns whether nobody else had this id when this began.
  bool was_alone() const noexcept { return was_alone_; }

private:
  caf::node_id id_;
  bool was_alone_;
};

} // namespace cluster_store::actors
