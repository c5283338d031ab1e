#include <cluster_store/actors/runtime/process_bound.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <vector>

#include <cluster_store/actors/runtime/process_local.hpp>
#include <cluster_store/actors/runtime/runtime.hpp>

namespace cluster_store::actors {

namespace {

/// How long the end of the process waits for all; in a callback only what needs no callbacks can end.
constexpr std::chrono::seconds patience{5};
constexpr std::chrono::seconds patience_in_callback{2};

constexpr std::size_t prune_from = 64;

struct open_things {
  std::mutex mutex;
  std::vector<std::weak_ptr<process_bound>> open;
  std::size_t prune_at = prune_from;
  std::set<std::string> kinds;
  bool ended = false;
  std::vector<std::shared_ptr<process_bound>> kept; ///< For ever.
};

/// @returns what is open, the last one first.
std::vector<std::shared_ptr<process_bound>> take_all() {
  auto& all = of_this_process<open_things>();
  const std::lock_guard guard{all.mutex};
  all.ended = true;
  std::vector<std::shared_ptr<process_bound>> out;
  for (auto each = all.open.rbegin(); each != all.open.rend(); ++each)
    if (auto strong = each->lock())
      out.push_back(std::move(strong));
  all.open.clear();
  all.kept.insert(all.kept.end(), out.begin(), out.end());
  return out;
}

void end_all() {
  auto all = take_all();
  if (all.empty())
    return;
  const bool may_wait = !callback_scope::active();
  const auto end = [may_wait, all = std::move(all)] {
    for (const auto& each : all)
      each->end_at_exit(may_wait);
  };
  try {
    std::packaged_task<void()> task{end};
    const auto done = task.get_future();
    std::thread{std::move(task)}.detach();
    done.wait_for(may_wait ? patience : patience_in_callback);
  } catch (const std::system_error&) {
    end(); // there are no more threads
  }
}

} // namespace

bool end_at_exit(const std::shared_ptr<process_bound>& what, const std::string& kind) {
  auto& all = of_this_process<open_things>();
  const std::lock_guard guard{all.mutex};
  if (all.ended)
    return false;
  if (all.open.size() >= all.prune_at) {
    std::erase_if(all.open, [](const auto& each) { return each.expired(); });
    all.prune_at = std::max(prune_from, all.open.size() * 2);
  }
  all.open.push_back(what);
  if (all.kinds.insert(kind).second)
    std::atexit(&end_all);
  return true;
}

tl::unexpected<error> why_unusable(const process_bound* body, const char* why_empty) {
  if (body == nullptr)
    return fail(errc::invalid_argument, why_empty);
  return fail(errc::unavailable,
              "this was opened in another process, of which this one is a forked child: open "
              "one in this process");
}

void do_aside(const std::function<void()>& what) {
  if (callback_scope::active())
    return what();
  try {
    std::thread{what}.join();
  } catch (const std::system_error&) {
    what(); // there are no more threads
  }
}

} // namespace cluster_store::actors
