#include <cluster_store/actors/door/preamble/preamble.hpp>

#include <algorithm>
#include <cassert>

#include <cluster_store/actors/door/preamble/frames.hpp>

namespace cluster_store::door {

namespace {

error not_our_server() {
  return {errc::unavailable, "what answers there is not a cluster-store server: check the endpoint"};
}

} // namespace

client_preamble::client_preamble(identity self, role wanted, proof_kind kind, std::string_view key,
                                 const challenge_nonce& nonce)
    : self_(std::move(self)), role_(wanted), kind_(kind), key_(key), nonce_(nonce) {}

std::string client_preamble::hello() {
  transcript_ =
      frames::write_introduction(frames::kind::hello, static_cast<std::uint8_t>(role_), self_, nonce_);
  return transcript_;
}

void client_preamble::feed(std::string_view bytes) {
  assert(bytes.size() <= wanted());
  if (!reader_.add(bytes))
    return;
  if (reader_.view().size() == frames::head_bytes) // every frame goes on after it
    return on_head();
  proved_ ? on_welcome() : on_challenge();
}

void client_preamble::on_head() {
  const auto start = frames::read_head(reader_.view());
  if (!start)
    return give_up(not_our_server());
  if (start->what == frames::kind::refusal) {
    const identity said{start->protocol_lowest, start->protocol_highest, start->generation, {}, {}};
    return give_up(refusal_error(static_cast<refusal>(start->detail), self_, said));
  }
  if (start->revision_number != frames::revision
      || start->what != (proved_ ? frames::kind::welcome : frames::kind::challenge))
    return give_up(not_our_server());
  reader_.want(proved_ ? frames::welcome_bytes : frames::challenge_bytes);
}

void client_preamble::on_challenge() {
  const auto start = frames::read_head(reader_.view());
  auto who = frames::read_introduction(reader_.view());
  // A server on TCP that wants no secret would not have to prove itself either.
  if (!who || start->detail != static_cast<std::uint8_t>(kind_))
    return give_up(not_our_server());
  server_ = std::move(*who);
  if (!frames::protocols_overlap(self_, server_))
    return give_up(refusal_error(refusal::protocol, self_, server_));
  if (server_.generation != self_.generation)
    return give_up(refusal_error(refusal::generation, self_, server_));
  if (server_.node == self_.node)
    return give_up(refusal_error(refusal::same_node, self_, server_));
  transcript_ += reader_.view();
  reader_.clear();
  stage_ = stage::challenged;
}

std::string client_preamble::prove() {
  assert(stage_ == stage::challenged);
  auto frame = frames::write_head(frames::kind::proof, 0, self_) + frames::client_proof(key_, transcript_);
  transcript_ += frame;
  proved_ = true;
  stage_ = stage::talking;
  return frame;
}

void client_preamble::on_welcome() {
  const auto frame = reader_.view();
  const auto said = frame.substr(0, frames::welcome_bytes - frames::proof_bytes);
  transcript_ += said;
  const bool right = frames::same_proof(frames::server_proof(key_, transcript_), frame.substr(said.size()));
  // Without a key anybody could compute the proof.
  if (!right || (kind_ == proof_kind::secret && key_.empty()))
    return give_up({errc::unauthorized,
                    "the server did not prove that it knows the secret: something else listens "
                    "there, or the two secret files differ"});
  std::copy_n(said.begin() + frames::head_bytes, pass_.size(), pass_.begin());
  stage_ = stage::admitted;
}

void client_preamble::give_up(error why) {
  problem_ = std::move(why);
  stage_ = stage::failed;
}

} // namespace cluster_store::door
