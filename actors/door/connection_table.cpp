#include <cluster_store/actors/door/connection_table.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace cluster_store::door {

namespace {

connection_id next_id() {
  static std::atomic<connection_id> last{0};
  return ++last;
}

constexpr auto node_of = [](const auto& entry) -> const std::string& { return entry.second.who.node; };

/// @returns whether the other side has closed `fd` or is gone.
bool is_hung_up(int fd) {
  pollfd state{fd, POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

} // namespace

connection_table::ticket::~ticket() {
  if (!table_)
    return;
  const std::lock_guard guard{table_->mutex_};
  const auto found = table_->entries_.find(id_);
  if (found == table_->entries_.end())
    return;
  found->second.fd = -1;
  found->second.closing = true;
  if (table_->closed_)
    table_->closed_(id_);
}

void connection_table::ticket::attach(int fd) {
  const std::lock_guard guard{table_->mutex_};
  if (const auto found = table_->entries_.find(id_); found != table_->entries_.end()) {
    found->second.fd = fd;
    if (found->second.closing)
      shut(found->second);
  }
}

connection_table::claim connection_table::claim_node(peer who, std::function<void(const peer&)> ended,
                                                     action again) {
  const std::lock_guard guard{mutex_};
  const auto former = std::ranges::find(entries_, who.node, node_of);
  if (former != entries_.end()) {
    auto& old = former->second;
    const bool replaceable =
        old.closing || old.who.instance == who.instance || (old.fd >= 0 && is_hung_up(old.fd));
    if (!replaceable)
      return {};
    shut(old);
    old.waiting.push_back(std::move(again));
    return {std::nullopt, true};
  }
  who.id = next_id();
  who.since = std::chrono::steady_clock::now();
  if (who.accepted)
    by_pass_.emplace(who.pass, who.id);
  const auto id = who.id;
  entries_.emplace(id, entry{std::move(who), -1, false, std::move(ended), {}});
  return {ticket{shared_from_this(), id}};
}

void connection_table::shut(entry& what) {
  what.closing = true;
  if (what.fd >= 0)
    ::shutdown(what.fd, SHUT_RDWR);
}

void connection_table::close(connection_id id) {
  const std::lock_guard guard{mutex_};
  if (const auto found = entries_.find(id); found != entries_.end())
    shut(found->second);
}

void connection_table::close_of(const void* acceptor) {
  const std::lock_guard guard{mutex_};
  for (auto& each : entries_)
    if (each.second.who.acceptor == acceptor)
      shut(each.second);
}

void connection_table::close_all() {
  const std::lock_guard guard{mutex_};
  for (auto& each : entries_)
    shut(each.second);
}

bool connection_table::is_open(connection_id id) const {
  const std::lock_guard guard{mutex_};
  const auto found = entries_.find(id);
  return found != entries_.end() && !found->second.closing;
}

std::optional<peer> connection_table::find(const wire::token& pass) const {
  const std::lock_guard guard{mutex_};
  const auto found = by_pass_.find(pass);
  if (found == by_pass_.end())
    return std::nullopt;
  const auto& what = entries_.at(found->second);
  return what.closing ? std::nullopt : std::optional{what.who};
}

std::vector<peer> connection_table::open() const {
  const std::lock_guard guard{mutex_};
  std::vector<peer> result;
  for (const auto& each : entries_)
    if (!each.second.closing)
      result.push_back(each.second.who);
  return result;
}

std::size_t connection_table::accepted() const {
  const std::lock_guard guard{mutex_};
  return by_pass_.size();
}

bool connection_table::has_node(const std::string& node) const {
  const std::lock_guard guard{mutex_};
  return std::ranges::find(entries_, node, node_of) != entries_.end();
}

bool connection_table::empty() const {
  const std::lock_guard guard{mutex_};
  return entries_.empty();
}

void connection_table::bind(std::function<void(connection_id)> closed) {
  const std::lock_guard guard{mutex_};
  closed_ = std::move(closed);
}

void connection_table::finish(connection_id id) {
  entry last;
  {
    const std::lock_guard guard{mutex_};
    auto node = entries_.extract(id);
    if (node.empty())
      return;
    last = std::move(node.mapped());
    if (last.who.accepted)
      by_pass_.erase(last.who.pass);
  }
  if (last.ended)
    last.ended(last.who);
  for (auto& each : last.waiting)
    each();
}

} // namespace cluster_store::door
