#include <cluster_store/actors/store/reply_builder.hpp>
#include <cluster_store/actors/wire/results.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace cluster_store::actors {

reply_builder::frame& reply_builder::frame_for(client_state& client) {
  if (client.open_frame && frames_[*client.open_frame].bytes.size() < wire::frame_bytes_full)
    return frames_[*client.open_frame];
  client.open_frame = frames_.size();
  auto& opened = frames_.emplace_back(frame{&client, {}});
  opened.bytes.reserve(client.frame_bytes);
  wire::append_results_head({.ticket = client.ticket}, opened.bytes);
  return opened;
}

void reply_builder::take_back(client_state& client, std::size_t bytes) {
  const backends::invariants::at_end checked{*this};
  auto& buffer = frames_[*client.open_frame].bytes;
  assert(bytes <= bytes_ && bytes <= buffer.size());
  buffer.resize(buffer.size() - bytes);
  buffer.shrink_to_fit(); // many clients may have no room in the same group
  bytes_ -= bytes;
}

std::vector<outgoing_frame> reply_builder::take() {
  const backends::invariants::at_end checked{*this};
  std::vector<outgoing_frame> out;
  out.reserve(frames_.size());
  for (auto& each : frames_) {
    wire::set_requests_granted(flow_control::tell(*each.client), each.bytes);
    each.client->frame_bytes = std::max(each.bytes.size(), each.client->frame_bytes / 2);
    out.push_back({each.client->id, std::move(each.bytes)});
  }
  discard();
  return out;
}

void reply_builder::discard() {
  const backends::invariants::at_end checked{*this};
  for (auto& each : frames_)
    each.client->open_frame.reset();
  frames_.clear();
  bytes_ = 0;
}

/// @returns how many frames it looked at.
std::size_t reply_builder::check_invariants() const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const auto& [client, text] = frames_[i];
    std::string_view results{text};
    [[maybe_unused]] const auto head = wire::take_results_head(results);
    assert(head);
    bytes += results.size();
    // A client's open frame is the last that it has, so that no result overtakes another; those before it are
    // full.
    assert(client->open_frame && *client->open_frame < frames_.size());
    assert(frames_[*client->open_frame].client == client);
    assert(i == *client->open_frame || (i < *client->open_frame && text.size() >= wire::frame_bytes_full));
  }
  // A group ends when its results have so many bytes: those in the frames, without the heads.
  assert(bytes == bytes_);
  return frames_.size();
}

} // namespace cluster_store::actors
