#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <cluster_store/actors/door/preamble/peer.hpp>

namespace cluster_store::door {

/// Every connection of a door, from the moment the preamble succeeded until CAF has forgotten it.
///
/// Threads: all functions from any thread. Ownership: shared by the door and by what it gave to CAF, which
/// may outlive the door a little.
class connection_table : public std::enable_shared_from_this<connection_table> {
public:
  using action = std::function<void()>;

  /// Holds the place of one connection; what owns the socket owns this. Its end says that the socket is
  /// closed, so destroy it just before the socket.
  class ticket {
  public:
    ticket(std::shared_ptr<connection_table> table, connection_id id) : table_(std::move(table)), id_(id) {}
    ticket(ticket&&) noexcept = default;
    ticket& operator=(ticket&&) = delete;
    ~ticket();

    connection_id id() const noexcept { return id_; }
    /// CAF owns the socket now: from here on the table may shut it down.
    void attach(int fd);

  private:
    std::shared_ptr<connection_table> table_;
    connection_id id_;
  };

  /// What came of a claim: a ticket, or another connection is being closed first, or (neither) the node id
  /// is taken.
  struct claim {
    std::optional<ticket> granted;
    bool waits = false;
  };

  /// Claims the node of `who`: CAF knows one connection per node. The former connection of the same process,
  /// or one whose process is gone, is closed first; a living other process keeps its node.
  /// @param who `id` and `since` are filled in. @param ended is called once when the connection has ended.
  /// @param again is called if this claim waits, on the door's thread, once the former connection has ended.
  claim claim_node(peer who, std::function<void(const peer&)> ended, action again);

  /// Shuts the connection down; CAF sees it go.
  void close(connection_id id);
  void close_of(const void* acceptor); ///< Those that it accepted.
  void close_all();

  bool is_open(connection_id id) const;                    ///< It exists and nobody has begun to close it.
  std::optional<peer> find(const wire::token& pass) const; ///< Among the open connections this door accepted.
  std::vector<peer> open() const;
  std::size_t accepted() const; ///< How many this door accepted, those that are being closed included.
  bool has_node(const std::string& node) const;
  bool empty() const;

  /// Connects the table to its door: `closed` is called, on any thread, when the socket of a connection is
  /// closed. An empty function disconnects it.
  void bind(std::function<void(connection_id)> closed);

  /// CAF has forgotten the connection: removes it and tells who waits. On the door's thread.
  void finish(connection_id id);

private:
  struct entry {
    peer who;
    int fd = -1;          ///< Open while CAF owns it.
    bool closing = false; ///< It is, or soon will be, shut down.
    std::function<void(const peer&)> ended;
    std::vector<action> waiting;
  };

  static void shut(entry& what);

  mutable std::mutex mutex_;
  std::map<connection_id, entry> entries_;
  std::map<wire::token, connection_id> by_pass_;
  std::function<void(connection_id)> closed_;
};

} // namespace cluster_store::door
