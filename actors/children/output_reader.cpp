#include <cluster_store/actors/children/output_reader.hpp>

#include <array>
#include <chrono>
#include <list>
#include <system_error>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <cluster_store/actors/children/line_cutter.hpp>
#include <cluster_store/actors/runtime/callback.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>

namespace cluster_store::actors {

namespace {

using boost::system::error_code;

/// What one child writes.
struct source {
  source(boost::asio::io_context& context, descriptor from, std::size_t number)
      : stream(context, from.release()), worker(number) {
    boost::system::error_code ignored;
    stream.non_blocking(true, ignored);
  }

  boost::asio::posix::stream_descriptor stream;
  std::size_t worker;
  line_cutter lines;
  std::array<char, 4096> block{};
};

} // namespace

/// What lives on the reader's thread.
class output_reader::body {
public:
  body(taker take, bool is_error) : take_(std::move(take)), is_error_(is_error) {}

  void run() {
    signal_shield::keep();
    context_.run();
  }

  void add(descriptor from, std::size_t worker) {
    const auto shared = std::make_shared<descriptor>(std::move(from));
    boost::asio::post(context_, [this, shared, worker] {
      sources_.emplace_back(context_, std::move(*shared), worker);
      read(std::prev(sources_.end()));
    });
  }

  void finish() {
    boost::asio::post(context_, [this] {
      finished_ = true;
      for (auto& each : sources_)
        read_rest(each);
      sources_.clear();
      guard_.reset();
    });
  }

private:
  using place = std::list<source>::iterator;

  /// A grandchild may write on and on.
  static constexpr std::size_t rest_bytes_max = 1024 * 1024;

  /// Waits first and reads then, so that nothing that was read is lost when all ends.
  void read(place from) {
    using descriptor_type = boost::asio::posix::stream_descriptor;
    from->stream.async_wait(descriptor_type::wait_read, [this, from](const error_code& problem) {
      if (finished_ || problem)
        return; // `from` is gone
      if (read_some(*from) > 0)
        return read(from);
      end(*from);
      sources_.erase(from);
    });
  }

  void read_rest(source& from) {
    for (std::size_t all = 0, size = 0; all < rest_bytes_max && (size = read_some(from)) > 0;)
      all += size;
    end(from);
  }

  /// @returns how much there was; 0 at the end, or if there is nothing.
  std::size_t read_some(source& from) {
    error_code problem;
    const auto size = from.stream.read_some(boost::asio::buffer(from.block), problem);
    from.lines.feed({from.block.data(), size}, [&](std::string_view text) { tell(from, text); });
    return size;
  }

  void end(source& from) {
    from.lines.finish([&](std::string_view text) { tell(from, text); });
  }

  void tell(const source& from, std::string_view text) {
    call_back(take_, child_line{from.worker, is_error_, text});
  }

  taker take_;
  bool is_error_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{context_.get_executor()};
  std::list<source> sources_;
  bool finished_ = false;
};

output_reader::output_reader(std::unique_ptr<body> made)
    : body_(std::move(made)), thread_([on = body_.get()] { on->run(); }) {}

output_reader::~output_reader() {
  finish();
}

result<std::unique_ptr<output_reader>> output_reader::start(taker take, bool is_error) {
  try {
    return std::unique_ptr<output_reader>{
        new output_reader{std::make_unique<body>(std::move(take), is_error)}};
  } catch (const std::system_error& problem) {
    return fail(errc::io_error, std::string{"cannot read what children write: "} + problem.what());
  }
}

void output_reader::add(descriptor source, std::size_t worker) {
  body_->add(std::move(source), worker);
}

void output_reader::finish() {
  if (!thread_.joinable())
    return;
  body_->finish();
  thread_.join();
}

} // namespace cluster_store::actors
