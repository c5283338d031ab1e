#include <cluster_store/actors/store/reply_builder.hpp>
#include <cluster_store/actors/wire/results.hpp>

#include <utility>

namespace cluster_store::actors {

reply_builder::frame& reply_builder::frame_for(client_state& client) {
  if (client.open_frame && frames_[*client.open_frame].bytes.size() < wire::frame_bytes_max)
    return frames_[*client.open_frame];
  client.open_frame = frames_.size();
  auto& opened = frames_.emplace_back(frame{&client, {}});
  wire::append_results_head({client.ticket, {}}, opened.bytes);
  return opened;
}

std::vector<outgoing_frame> reply_builder::take() {
  std::vector<outgoing_frame> out;
  out.reserve(frames_.size());
  for (auto& each : frames_)
    out.push_back({each.client->id, std::move(each.bytes)});
  discard();
  return out;
}

void reply_builder::discard() {
  for (auto& each : frames_)
    each.client->open_frame.reset();
  frames_.clear();
  bytes_ = 0;
}

} // namespace cluster_store::actors
