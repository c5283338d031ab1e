#include <cluster_store/backends/system/forked.hpp>

#include <algorithm>
#include <new>
#include <vector>

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cluster_store/backends/system/process_wide.hpp>

namespace cluster_store {

namespace forked {

std::atomic<std::atomic<std::uint64_t>*> stamp_page{nullptr};

namespace {

/// Copied by a fork, unlike the page: what the stamp of a child has to differ from.
std::atomic<std::uint64_t> last_stamp{0};

/// Stands for the page where the system has none.
std::atomic<std::uint64_t> unwiped_stamp{0};

std::size_t page_bytes() noexcept {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// `fork` tells its children; the page is for those that were made without it.
void wipe_stamp() noexcept {
  stamp_page.load(std::memory_order_relaxed)->store(0, std::memory_order_relaxed);
}

std::atomic<std::uint64_t>* make_page() noexcept {
  void* const memory =
      ::mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return &unwiped_stamp;
  ::madvise(memory, page_bytes(), MADV_WIPEONFORK);
  return new (memory) std::atomic<std::uint64_t>{0};
}

std::atomic<std::uint64_t>& the_page() noexcept {
  if (auto* const known = stamp_page.load(std::memory_order_acquire); known != nullptr)
    return *known;
  auto* const made = make_page();
  std::atomic<std::uint64_t>* first = nullptr;
  if (stamp_page.compare_exchange_strong(first, made)) {
    ::pthread_atfork(nullptr, nullptr, &wipe_stamp);
    return *made;
  }
  if (made != &unwiped_stamp)
    ::munmap(made, page_bytes());
  return *first;
}

/// The descriptors that are closed in children, by their numbers.
using descriptor_set = std::vector<bool>;

/// In the child, which has one thread.
void close_all(descriptor_set& members) {
  for (std::size_t number = 0; number < members.size(); ++number)
    if (members[number])
      ::close(static_cast<int>(number));
  members.assign(members.size(), false);
}

using closed_in_children = process_wide<descriptor_set, &close_all>;

} // namespace

std::uint64_t renew_stamp() noexcept {
  auto& page = the_page();
  std::uint64_t stamp = 0;
  const auto next = last_stamp.fetch_add(1) + 1;
  return page.compare_exchange_strong(stamp, next) ? next : stamp;
}

} // namespace forked

void close_in_children(int descriptor) noexcept {
  if (descriptor < 0)
    return;
  try {
    forked::closed_in_children::with([number = static_cast<std::size_t>(descriptor)](auto& members) {
      members.resize(std::max(members.size(), number + 1));
      members[number] = true;
    });
  } catch (const std::bad_alloc&) {
    return; // then a child keeps it until it ends, as without this
  }
}

void forget_in_children(int descriptor) noexcept {
  if (descriptor >= 0)
    forked::closed_in_children::with([number = static_cast<std::size_t>(descriptor)](auto& members) {
      if (number < members.size())
        members[number] = false;
    });
}

unshared_descriptor::unshared_descriptor(int descriptor) noexcept
    : descriptor_{descriptor}, owner_{current_process()} {
  close_in_children(descriptor);
}

void unshared_descriptor::reset() noexcept {
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor < 0 || !is_ours())
    return;
  forget_in_children(descriptor);
  ::close(descriptor);
}

} // namespace cluster_store
