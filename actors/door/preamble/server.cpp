#include <cluster_store/actors/door/preamble/preamble.hpp>

#include <cassert>

#include <cluster_store/actors/door/preamble/frames.hpp>

namespace cluster_store::door {

server_preamble::server_preamble(identity self, proof_kind kind, role_keys keys, const challenge_nonce& nonce)
    : self_(std::move(self)), kind_(kind), keys_(keys), nonce_(nonce) {}

std::string server_preamble::feed(std::string_view bytes) {
  assert(bytes.size() <= wanted());
  if (!reader_.add(bytes))
    return {};
  if (reader_.view().size() == frames::head_bytes) // every frame goes on after it
    return on_head();
  return transcript_.empty() ? on_hello() : on_proof();
}

std::string server_preamble::on_head() {
  const auto start = frames::read_head(reader_.view());
  if (!start)
    return refuse(refusal::malformed);
  if (start->revision_number != frames::revision)
    return refuse(refusal::protocol);
  const bool introduced = !transcript_.empty();
  if (start->what != (introduced ? frames::kind::proof : frames::kind::hello))
    return refuse(refusal::malformed);
  reader_.want(introduced ? frames::proof_frame_bytes : frames::hello_bytes);
  return {};
}

std::string server_preamble::on_hello() {
  const auto start = frames::read_head(reader_.view());
  auto who = frames::read_introduction(reader_.view());
  if (!who || start->detail < 1 || start->detail > 2)
    return refuse(refusal::malformed);
  peer_ = std::move(*who);
  role_ = static_cast<role>(start->detail);
  if (!frames::protocols_overlap(self_, peer_))
    return refuse(refusal::protocol);
  if (peer_.generation != self_.generation)
    return refuse(refusal::generation);
  auto challenge =
      frames::write_introduction(frames::kind::challenge, static_cast<std::uint8_t>(kind_), self_, nonce_);
  transcript_ = reader_.view();
  transcript_ += challenge;
  reader_.clear();
  return challenge;
}

std::string server_preamble::on_proof() {
  const auto frame = reader_.view();
  const auto key = keys_.of(role_);
  const bool right =
      frames::same_proof(frames::client_proof(key, transcript_), frame.substr(frames::head_bytes));
  // Without a key anybody could compute the proof.
  if (!right || (kind_ == proof_kind::secret && key.empty()))
    return refuse(refusal::unauthorized);
  transcript_ += frame;
  reader_.clear();
  if (peer_.node == self_.node)
    return refuse(refusal::same_node);
  stage_ = stage::proved;
  return {};
}

std::string server_preamble::admit(const wire::token& pass) {
  assert(stage_ == stage::proved);
  stage_ = stage::admitted;
  auto welcome = frames::write_head(frames::kind::welcome, static_cast<std::uint8_t>(role_), self_);
  welcome.append(reinterpret_cast<const char*>(pass.data()), pass.size());
  transcript_ += welcome;
  return welcome + frames::server_proof(keys_.of(role_), transcript_);
}

std::string server_preamble::refuse(refusal why) {
  stage_ = stage::refused;
  reason_ = why;
  return frames::write_head(frames::kind::refusal, static_cast<std::uint8_t>(why), self_);
}

} // namespace cluster_store::door
