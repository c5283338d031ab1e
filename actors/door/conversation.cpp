#include <cluster_store/actors/door/conversation.hpp>

#include <algorithm>
#include <cassert>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace cluster_store::door {

namespace asio = boost::asio;

conversation::conversation(asio::io_context& io, unique_fd socket, int family) : socket_(io), timer_(io) {
  boost::system::error_code problem;
  socket_.assign(asio::generic::stream_protocol{family, 0}, socket.get(), problem);
  if (problem)
    over_ = true;
  else
    socket.release();
}

void conversation::set_deadline(std::chrono::steady_clock::time_point when, std::function<void()> expired) {
  timer_.expires_at(when);
  timer_.async_wait([self = shared_from_this(), expired = std::move(expired)](const auto& problem) {
    if (!problem && !self->over_)
      expired();
  });
}

void conversation::exchange(std::string words, std::size_t wanted, heard next) {
  assert(!over_ && wanted <= ear_.size());
  words_ = std::move(words);
  if (words_.empty())
    return listen(wanted, std::move(next));
  asio::async_write(socket_, asio::buffer(words_),
                    [self = shared_from_this(), wanted, next = std::move(next)](const auto& problem, auto) {
                      if (self->over_)
                        return;
                      if (problem || wanted == 0)
                        next(problem, {});
                      else
                        self->listen(wanted, next);
                    });
}

void conversation::listen(std::size_t wanted, heard next) {
  socket_.async_read_some(
      asio::buffer(ear_.data(), wanted),
      [self = shared_from_this(), next = std::move(next)](const auto& problem, auto size) {
        if (!self->over_)
          next(problem, {self->ear_.data(), size});
      });
}

void conversation::say_and_close(std::string_view words) {
  if (over_)
    return;
  ::send(socket_.native_handle(), words.data(), words.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  close();
}

void conversation::close() {
  over_ = true;
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

unique_fd conversation::release() {
  over_ = true;
  timer_.cancel();
  boost::system::error_code problem;
  return unique_fd{socket_.release(problem)};
}

} // namespace cluster_store::door
