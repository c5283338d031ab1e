#pragma once

#include <exception>

#include <boost/asio/io_context.hpp>

namespace cluster_store::door {

/// Runs `io` to its end on this thread. A step that throws, because the system has no descriptor or memory
/// for it, is the end of that step and not of the process; whoever waits for it has a deadline.
inline void run_all(boost::asio::io_context& io) {
  for (bool over = false; !over;)
    try {
      io.run();
      over = true;
    } catch (const std::exception&) { // it goes on with the next step
    }
}

} // namespace cluster_store::door
