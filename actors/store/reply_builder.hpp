#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/actors/store/flow_control.hpp>
#include <cluster_store/actors/wire/wire.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// One results frame and who it is for.
struct outgoing_frame {
  backends::client_id client;
  std::string bytes;
};

/// Collects the results of a group of operations into frames per client: a frame that has
/// `wire::frame_bytes_full` or more is closed, so none is longer than that and one result. Pure; one thread.
class reply_builder {
public:
  /// Calls `append(std::string&)`, which appends one coded result for `client`.
  /// @returns a view of what was appended, valid until the next call.
  template <class Append>
  std::string_view add(client_state& client, Append append) {
    const backends::invariants::at_end checked{*this};
    auto& buffer = frame_for(client).bytes;
    const auto before = buffer.size();
    append(buffer);
    bytes_ += buffer.size() - before;
    return std::string_view{buffer}.substr(before);
  }

  /// Takes back what was added last, for `client`: `bytes` of it. @pre nothing was added since.
  void take_back(client_state& client, std::size_t bytes);

  /// @returns bytes of results collected so far.
  std::size_t bytes() const noexcept { return bytes_; }

  /// Ends the group. @returns the frames, in order; nobody's results overtake each other.
  std::vector<outgoing_frame> take();

  /// Ends the group without an answer to anybody.
  void discard();

private:
  friend backends::invariants;

  struct frame {
    client_state* client;
    std::string bytes;
  };

  frame& frame_for(client_state& client);
  std::size_t check_invariants() const;

  std::vector<frame> frames_;
  std::size_t bytes_ = 0;
};

} // namespace cluster_store::actors
