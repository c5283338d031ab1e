#include <cluster_store/actors/door/conversation.hpp>

#include <cassert>

#include <sys/socket.h>

namespace cluster_store::door {

namespace {

constexpr std::size_t dropped_bytes_max = 64 * 1024;

} // namespace

conversation::conversation(boost::asio::io_context& io, unshared_descriptor socket)
    : stream_(std::make_unique<byte_stream>(std::move(socket))), ready_(io), timer_(io) {
  over_ = !ready_.watch(stream_->fd());
}

void conversation::set_deadline(std::chrono::steady_clock::time_point when, action expired) {
  timer_.expires_at(when);
  timer_.async_wait([self = shared_from_this(), expired = std::move(expired)](const auto& problem) {
    if (!problem && !self->over_)
      expired();
  });
}

void conversation::repeat(attempt what, std::function<void(step)> next) {
  const auto self = shared_from_this();
  const auto now = what();
  if (!now.waits())
    return next(now);
  ready_.wait(now, [self, turn = turn_, what = std::move(what), next = std::move(next)](const auto& problem) {
    if (self->over_ || self->turn_ != turn)
      return;
    if (problem)
      next({progress::failed});
    else
      self->repeat(what, next);
  });
}

void conversation::glance(heard next) {
  assert(!over_);
  hear([this] { return take(stream_->fd(), std::span{ear_}.first(1), MSG_PEEK); }, std::move(next));
}

void conversation::change_to(const std::function<std::unique_ptr<byte_stream>(unshared_descriptor)>& wrap,
                             heard next) {
  assert(!over_);
  stream_ = wrap(stream_->detach());
  repeat([this] { return stream_->start(); }, [next = std::move(next)](step came) { next(came.what, {}); });
}

void conversation::exchange(std::string words, std::size_t wanted, heard next) {
  assert(!over_ && wanted <= ear_.size());
  words_ = std::move(words);
  said_ = 0;
  repeat([this] { return say(); },
         [this, wanted, next = std::move(next)](step came) {
           // Who no longer listens may have said why.
           if (wanted > 0)
             hear([this, wanted] { return stream_->read(std::span{ear_}.first(wanted)); }, next);
           else
             next(came.what, {});
         });
}

step conversation::say() {
  while (said_ < words_.size()) {
    const auto now = stream_->write(std::string_view{words_}.substr(said_));
    if (now.what != progress::done)
      return now;
    said_ += now.bytes;
  }
  return {};
}

void conversation::hear(attempt what, heard next) {
  repeat(std::move(what), [this, next = std::move(next)](step came) {
    next(came.what, {ear_.data(), came.bytes});
  });
}

void conversation::say_last(std::string_view words, action ended) {
  if (over_)
    return ended();
  ++turn_;
  if (!words.empty())
    stream_->write(words);
  stream_->finish();
  repeat([this] { return drop(); }, [ended = std::move(ended)](step) { ended(); });
}

step conversation::drop() {
  // The bytes of the socket, not of the stream, which may have failed.
  while (dropped_ < dropped_bytes_max) {
    const auto now = take(stream_->fd(), ear_);
    if (now.what != progress::done)
      return now;
    dropped_ += now.bytes;
  }
  return {progress::ended};
}

void conversation::close() {
  release().reset();
}

std::unique_ptr<byte_stream> conversation::release() {
  over_ = true;
  timer_.cancel();
  ready_.forget();
  return std::move(stream_);
}

} // namespace cluster_store::door
