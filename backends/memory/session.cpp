#include <cluster_store/backends/memory/session.hpp>

#include <cstddef>
#include <cstring>
#include <new>

namespace cluster_store::backends {

namespace {

/// The size of a block for so many bytes of text: what glibc rounds it up to, whose blocks begin with a
/// number.
std::size_t block_for(std::size_t text_bytes) noexcept {
  constexpr std::size_t unit = alignof(std::max_align_t);
  constexpr std::size_t head = sizeof(std::size_t);
  return (sizeof(memory_session) + text_bytes + head + unit - 1) / unit * unit - head;
}

} // namespace

std::size_t memory_session::block_bytes() const noexcept {
  return block_for(std::size_t{id_bytes_} + user_bytes_ + data_bytes_ + extensions_bytes_);
}

memory_session::pointer memory_session::make(const write& change, pointer spare) {
  const auto& from = change.content;
  const auto bytes =
      block_for(change.id.size() + from.user.size() + from.data.size() + from.extensions.size());
  void* const memory = spare && spare->block_bytes() == bytes ? spare.release() : std::malloc(bytes);
  if (memory == nullptr)
    throw std::bad_alloc{};
  pointer made{new (memory) memory_session};
  made->version_ = from.version;
  made->born_ = from.born;
  made->created_at_ = from.created_at;
  made->absolute_expires_at_ = from.absolute_expires_at.value_or(wall_time{});
  made->id_bytes_ = static_cast<std::uint16_t>(change.id.size());
  made->user_bytes_ = static_cast<std::uint32_t>(from.user.size());
  made->data_bytes_ = static_cast<std::uint32_t>(from.data.size());
  made->extensions_bytes_ = static_cast<std::uint32_t>(from.extensions.size());
  made->codec_ = from.codec;
  made->fields_ = from.absolute_expires_at ? has_absolute_expires_at : no_fields;
  made->touch(from);
  auto* to = static_cast<char*>(memory) + sizeof(memory_session);
  for (const auto part : {change.id, from.user, from.data, from.extensions}) {
    if (!part.empty())
      std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  return made;
}

record memory_session::content() const noexcept {
  record made;
  made.version = version_;
  made.born = born_;
  made.created_at = created_at_;
  made.codec = codec_;
  if (fields_ & has_expires_at)
    made.expires_at = expires_at_;
  if (fields_ & has_ttl)
    made.ttl = ttl_;
  if (fields_ & has_absolute_expires_at)
    made.absolute_expires_at = absolute_expires_at_;
  const auto* from = text() + id_bytes_;
  made.user = {from, user_bytes_};
  made.data = {from + user_bytes_, data_bytes_};
  made.extensions = {from + user_bytes_ + data_bytes_, extensions_bytes_};
  return made;
}

void memory_session::touch(const record& content) noexcept {
  expires_at_ = content.expires_at.value_or(wall_time{});
  ttl_ = content.ttl.value_or(time_to_live{});
  unsigned fields = fields_ & has_absolute_expires_at;
  fields |= content.expires_at ? has_expires_at : no_fields;
  fields |= content.ttl ? has_ttl : no_fields;
  fields_ = static_cast<std::uint8_t>(fields);
}

bool memory_session::differs_only_in_expiry(const record& content) const noexcept {
  return version_ == content.version && born_ == content.born && created_at_ == content.created_at
         && codec_ == content.codec && data_bytes_ == content.data.size()
         && user_bytes_ == content.user.size() && extensions_bytes_ == content.extensions.size()
         && bool(fields_ & has_absolute_expires_at) == content.absolute_expires_at.has_value();
}

} // namespace cluster_store::backends
