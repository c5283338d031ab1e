#include <cluster_store/actors/door/preamble/frames.hpp>

#include <algorithm>
#include <cassert>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace cluster_store::door::frames {

namespace {

void append_number(std::string& out, std::uint16_t number) {
  out.push_back(static_cast<char>(number >> 8));
  out.push_back(static_cast<char>(number & 0xFF));
}

std::uint8_t byte_at(std::string_view bytes, std::size_t position) {
  return static_cast<std::uint8_t>(bytes[position]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t position) {
  return static_cast<std::uint16_t>(byte_at(bytes, position) << 8 | byte_at(bytes, position + 1));
}

std::string_view view_of(const auto& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string authenticate(std::string_view key, std::string_view label, std::string_view transcript) {
  std::string message{label};
  message.push_back('\0'); // no label is the beginning of another
  message += transcript;
  std::string proof(proof_bytes, '\0');
  unsigned length = 0;
  [[maybe_unused]] const auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(),
           reinterpret_cast<unsigned char*>(proof.data()), &length);
  assert(done != nullptr && length == proof_bytes);
  return proof;
}

} // namespace

std::string write_head(kind what, std::uint8_t detail, const identity& self) {
  std::string out{magic};
  out.push_back(static_cast<char>(what));
  out.push_back(static_cast<char>(revision));
  out.push_back(static_cast<char>(self.generation));
  out.push_back(static_cast<char>(detail));
  append_number(out, self.protocol_lowest);
  append_number(out, self.protocol_highest);
  return out;
}

std::optional<head> read_head(std::string_view bytes) {
  assert(bytes.size() >= head_bytes);
  if (!bytes.starts_with(magic))
    return std::nullopt;
  head result;
  result.what = static_cast<kind>(byte_at(bytes, 8));
  result.revision_number = byte_at(bytes, 9);
  result.generation = byte_at(bytes, 10);
  result.detail = byte_at(bytes, 11);
  result.protocol_lowest = number_at(bytes, 12);
  result.protocol_highest = number_at(bytes, 14);
  return result;
}

std::string write_introduction(kind what, std::uint8_t detail, const identity& self,
                               const challenge_nonce& nonce) {
  assert(!self.node.empty() && self.node.size() <= node_bytes_max);
  auto out = write_head(what, detail, self);
  out += view_of(self.instance);
  out += view_of(nonce);
  out.push_back(static_cast<char>(self.node.size()));
  out += self.node;
  out.append(node_bytes_max - self.node.size(), '\0');
  return out;
}

std::optional<identity> read_introduction(std::string_view bytes) {
  assert(bytes.size() == hello_bytes);
  const auto start = read_head(bytes);
  if (!start || start->protocol_lowest > start->protocol_highest)
    return std::nullopt;
  identity result{start->protocol_lowest, start->protocol_highest, start->generation, {}, {}};
  const auto body = bytes.substr(head_bytes);
  std::copy_n(body.begin(), result.instance.size(), result.instance.begin());
  const std::size_t length = byte_at(body, 48);
  if (length == 0 || length > node_bytes_max)
    return std::nullopt;
  result.node = body.substr(49, length);
  const auto padding = body.substr(49 + length);
  const auto is_printable = [](char c) { return c > ' ' && c < 0x7F; };
  if (!std::ranges::all_of(result.node, is_printable)
      || padding.find_first_not_of('\0') != std::string_view::npos)
    return std::nullopt;
  return result;
}

bool protocols_overlap(const identity& a, const identity& b) noexcept {
  return a.protocol_lowest <= b.protocol_highest && b.protocol_lowest <= a.protocol_highest;
}

std::string client_proof(std::string_view key, std::string_view transcript) {
  return authenticate(key, "cluster-store door 1: the client knows", transcript);
}

std::string server_proof(std::string_view key, std::string_view transcript) {
  return authenticate(key, "cluster-store door 1: the server knows", transcript);
}

std::string handle_proof(std::string_view key, const wire::hello& said) {
  std::string text{view_of(said.pass)};
  text += view_of(said.client.bytes);
  text.push_back(said.administers ? '\2' : '\1');
  return authenticate(key, "cluster-store door 1: the handle knows", text);
}

bool same_proof(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace cluster_store::door::frames
