#include <cluster_store/apps/bench/report/progress.hpp>

#include <iostream>

#include <cluster_store/apps/support/terminal/terminal.hpp>

namespace cluster_store::apps {

progress_line::progress_line(const std::string& what, std::function<std::uint64_t()> completed) {
  if (!stderr_is_terminal())
    return;
  shower_ = std::thread{[what, completed = std::move(completed), over = ended_.get_future()] {
    do {
      const auto count = completed ? completed() : 0;
      std::cerr << "\r\x1b[K" << what << (count > 0 ? ": " + std::to_string(count) + " operations" : "")
                << std::flush;
    } while (over.wait_for(std::chrono::milliseconds{200}) != std::future_status::ready);
    std::cerr << "\r\x1b[K" << std::flush;
  }};
}

progress_line::~progress_line() {
  ended_.set_value();
  if (shower_.joinable())
    shower_.join();
}

} // namespace cluster_store::apps
