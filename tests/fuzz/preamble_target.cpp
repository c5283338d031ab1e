#include <cluster_store/actors/door/preamble/frames.hpp>

#include <algorithm>

#include <cluster_store/tests/actors/door/preamble/preamble_support.hpp>
#include <cluster_store/tests/fuzz/byte_source.hpp>
#include <cluster_store/tests/fuzz/property.hpp>
#include <cluster_store/tests/fuzz/targets.hpp>

namespace cluster_store::fuzz {

namespace {

using namespace cluster_store::tests;
using door::client_preamble;
using door::proof_kind;
using door::server_preamble;
namespace frames = door::frames;

/// The corpus holds proofs of peers that speak this protocol, whatever is current.
template <class Identity>
Identity of_corpus(Identity out) {
  out.protocol_lowest = out.protocol_highest = 1;
  return out;
}

/// Feeds all that is wanted of `bytes` in such portions. @returns what was answered.
template <class Side>
std::string feed(Side& side, std::string_view bytes, std::size_t portion) {
  std::string answers;
  while (!bytes.empty() && side.wanted() > 0) {
    expect(side.wanted() <= frames::hello_bytes, "no side wants more than a frame");
    const auto some = bytes.substr(0, std::min(portion, side.wanted()));
    if constexpr (std::is_same_v<Side, server_preamble>)
      answers += side.feed(some);
    else
      side.feed(some);
    bytes.remove_prefix(some.size());
  }
  return answers;
}

/// One who does not know the secret says `bytes` to a server.
bool strangers_words(std::string_view bytes, proof_kind kind) {
  const auto keys = kind == proof_kind::secret ? door::role_keys{right_key, right_key} : door::role_keys{};
  server_preamble whole{of_corpus(server_identity()), kind, keys, nonce_of(77)};
  server_preamble pieces{of_corpus(server_identity()), kind, keys, nonce_of(77)};
  const auto answers = feed(whole, bytes, bytes.size());
  expect(feed(pieces, bytes, 1) == answers && pieces.at() == whole.at(),
         "the answer does not depend on how the bytes arrive");
  expect(whole.at() == server_preamble::stage::talking || whole.at() == server_preamble::stage::refused,
         "nobody is admitted without a proof");
  expect(answers.size() <= frames::challenge_bytes + frames::head_bytes,
         "a stranger is told a challenge and a refusal at most");
  if (whole.at() == server_preamble::stage::refused) {
    expect(whole.wanted() == 0, "nothing is read of who was refused");
    const auto last =
        frames::read_head(std::string_view{answers}.substr(answers.size() - frames::head_bytes));
    expect(last && last->what == frames::kind::refusal
               && last->detail == static_cast<std::uint8_t>(whole.reason()),
           "who is refused is told why");
    return false;
  }
  if (!answers.empty()) {
    const auto written = frames::write_introduction(frames::kind::hello, 1, whole.peer(), nonce_of(1));
    expect(frames::read_introduction(written) == whole.peer(), "an introduction is read as it was written");
  }
  return !answers.empty();
}

/// A server that does not know the secret says `bytes` to a client.
bool impostors_words(std::string_view bytes, proof_kind kind) {
  const auto make = [&] {
    return client_preamble{of_corpus(client_identity()), door::role::worker, kind,
                           kind == proof_kind::secret ? right_key : std::string_view{}, nonce_of(78)};
  };
  auto whole = make();
  auto pieces = make();
  const auto talk = [&](client_preamble& side, std::size_t portion) {
    side.hello();
    const auto wanted = std::min(bytes.size(), frames::challenge_bytes);
    feed(side, bytes.substr(0, wanted), portion);
    if (side.at() != client_preamble::stage::challenged)
      return false;
    expect(side.prove().size() == frames::proof_frame_bytes, "a proof has its size");
    feed(side, bytes.substr(wanted), portion);
    return true;
  };
  const bool challenged = talk(whole, std::max<std::size_t>(bytes.size(), 1));
  expect(talk(pieces, 1) == challenged && pieces.at() == whole.at(),
         "the outcome does not depend on how the bytes arrive");
  expect(whole.at() != client_preamble::stage::admitted, "no client believes who proves nothing");
  if (whole.at() == client_preamble::stage::failed)
    expect(!whole.problem().message.empty(), "a client that gives up says why");
  return challenged;
}

/// Two who know the secret talk, and somebody between them changes bytes as `edits` say.
bool meddle(byte_source edits) {
  conversation talk;
  constexpr auto all_bytes =
      frames::hello_bytes + frames::challenge_bytes + frames::proof_frame_bytes + frames::welcome_bytes;
  const auto portion = std::size_t{1} + edits.byte();
  std::string changes(all_bytes, '\0');
  while (!edits.empty()) {
    const auto place = edits.number<std::uint16_t>() % all_bytes;
    changes[place] ^= static_cast<char>(edits.byte());
  }
  std::size_t passed = 0;
  const auto carry = [&](std::string frame) {
    for (auto& each : frame)
      each ^= changes[passed++];
    return frame;
  };
  auto answer = carry(talk.to_server(carry(talk.client.hello()), portion));
  talk.to_client(answer, portion);
  if (talk.client.at() == client_preamble::stage::challenged) {
    answer = talk.to_server(carry(talk.client.prove()), portion);
    if (talk.server.at() == server_preamble::stage::proved)
      answer += talk.server.admit(some_pass);
    talk.to_client(carry(answer), portion);
  }
  const bool untouched = changes.find_first_not_of('\0') == std::string::npos;
  const bool admitted = talk.client.at() == client_preamble::stage::admitted;
  expect(admitted == untouched, "who knows the secret gets in, and only if no bit was changed on the way");
  return admitted;
}

} // namespace

bool preamble_server(std::string_view bytes) {
  byte_source from{bytes};
  switch (from.byte()) {
  case 'u':
    return strangers_words(from.rest(), proof_kind::uid);
  case 's':
    return strangers_words(from.rest(), proof_kind::secret);
  case 'm':
    return meddle(from);
  default:
    return false;
  }
}

bool preamble_client(std::string_view bytes) {
  byte_source from{bytes};
  switch (from.byte()) {
  case 'u':
    return impostors_words(from.rest(), proof_kind::uid);
  case 's':
    return impostors_words(from.rest(), proof_kind::secret);
  default:
    return false;
  }
}

} // namespace cluster_store::fuzz
