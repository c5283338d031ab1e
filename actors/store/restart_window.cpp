#include <cluster_store/actors/store/restart_window.hpp>

#include <algorithm>

namespace cluster_store::actors {

std::chrono::milliseconds restart_window::ended(steady_time now) {
  while (!ends_.empty() && now - ends_.front() >= settings_.period)
    ends_.pop_front();
  ends_.push_back(now);
  if (exceeded()) {
    if (ends_.size() > settings_.restarts_max + 1)
      ends_.pop_front(); // one more than allowed is enough to know
    return settings_.patience;
  }
  auto delay = settings_.delay_min;
  for (std::size_t i = 1; i < ends_.size() && delay < settings_.delay_max; ++i)
    delay *= 2;
  return std::min(delay, settings_.delay_max);
}

} // namespace cluster_store::actors
