#include <cluster_store/actors/door/streams/passage.hpp>

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

namespace cluster_store::door {

namespace {

constexpr std::chrono::seconds linger_time_max{2};
constexpr int steps_at_once = 16; ///< Before the other connections have their turn.

} // namespace

passage::passage(boost::asio::io_context& io, std::unique_ptr<byte_stream> one,
                 std::unique_ptr<byte_stream> other, ending ended)
    : one_(io, std::move(one)), other_(io, std::move(other)), patience_(io), ended_(std::move(ended)) {}

void passage::start() {
  if (!one_.ready.watch(one_.stream->fd()) || !other_.ready.watch(other_.stream->fd()))
    return end();
  expect_hang_up(one_);
  expect_hang_up(other_);
  pump(forth_);
  pump(back_);
}

void passage::end() {
  if (std::exchange(over_, true))
    return;
  const auto self = shared_from_this();
  patience_.cancel();
  for (auto* each : {&one_, &other_}) {
    each->ready.forget();
    each->stream.reset();
  }
  ended_(self);
}

void passage::pump(direction& what) {
  for (int count = 0; count < steps_at_once; ++count) {
    if (over_)
      return;
    const bool reading = what.begin == what.end;
    const auto now = advance(what, reading);
    if (now.waits())
      return wait(reading ? what.from : what.to, now, what);
    if (now.what != progress::done && reading)
      return on_end(what);
    if (now.what != progress::done)
      on_nobody(what);
  }
  boost::asio::post(patience_.get_executor(), [self = shared_from_this(), &what] { self->pump(what); });
}

step passage::advance(direction& what, bool reading) {
  if (!reading) {
    const auto now = what.to.stream->write({what.bytes.data() + what.begin, what.end - what.begin});
    what.begin += now.bytes;
    return now;
  }
  const auto now = what.from.stream->read(what.bytes);
  what.begin = 0;
  what.end = what.to_nobody ? 0 : now.bytes;
  return now;
}

void passage::wait(side& where, step what, direction& then) {
  where.ready.wait(what, [self = shared_from_this(), &then](const auto& problem) {
    if (self->over_)
      return;
    if (problem)
      self->end();
    else
      self->pump(then);
  });
}

/// A side that is gone is not read, and its end not seen, while the other does not take its last bytes.
void passage::expect_hang_up(side& where) {
  where.ready.wait_for_hang_up([self = shared_from_this()](const auto&) {
    if (!self->over_)
      self->linger();
  });
}

void passage::on_end(direction& what) {
  what.ended = true;
  if (forth_.ended && back_.ended)
    return end();
  what.to.stream->finish();
  linger();
}

void passage::on_nobody(direction& what) {
  what.to_nobody = true;
  what.begin = what.end = 0;
  linger();
}

void passage::linger() {
  if (std::exchange(lingers_, true))
    return;
  patience_.expires_after(linger_time_max);
  patience_.async_wait([self = shared_from_this()](const auto& problem) {
    if (!problem)
      self->end();
  });
}

} // namespace cluster_store::door
