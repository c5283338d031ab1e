#include <cluster_store/apps/cluster_store/pipe/pipe.hpp>

#include <type_traits>
#include <utility>

#include <cluster_store/actors/operations/text_bytes.hpp>

namespace cluster_store::apps {

namespace {

using kind = answer_queue::kind;

/// What holds no memory is small.
template <class Reply>
constexpr kind kind_of = std::is_trivially_copyable_v<Reply> ? kind::small
                         : std::is_same_v<Reply, listing>    ? kind::page
                                                             : kind::session;

template <class T>
std::size_t content_bytes(const T&) {
  return 0;
}

std::size_t content_bytes(const std::optional<session>& found) {
  return found ? found->data.size() : 0;
}

std::size_t content_bytes(const std::vector<std::optional<session>>& sessions) {
  std::size_t bytes = 0;
  for (const auto& each : sessions)
    bytes += content_bytes(each);
  return bytes;
}

std::size_t content_bytes(const listing& page) {
  constexpr std::size_t names_and_numbers = 20;
  std::size_t bytes = 0;
  for (const auto& row : page.sessions)
    bytes += row.id.size() + row.content.data.size() + names_and_numbers;
  return bytes;
}

/// Answers one line when its operation is done. Small enough to need no memory of its own in a std::function.
template <class Operation>
struct answer {
  answer_queue* answers;
  answer_queue::ticket ticket;

  void operator()(const result<typename Operation::reply>& outcome) const {
    if (!outcome)
      return answers->fail(ticket, outcome.error());
    answers->answer(
        ticket,
        [&](std::string& out, answer_key key) { append_answer(out, key, *outcome, Operation::is.answers); },
        content_bytes(*outcome));
  }
};

} // namespace

pipe::pipe(client store, pipe_limits limits, std::function<bool(std::string_view)> write,
           std::function<void()> on_broken)
    : store_(std::move(store)),
      reads_(limits.lines_max),
      answers_(limits, std::move(write), std::move(on_broken),
               [this](answer_queue::ticket ticket) { issue(ticket, reads_[ticket]); }) {}

bool pipe::feed(std::string_view block) {
  lines_.feed(block, [this](const input_line& line) { take(line); });
  return !broken_;
}

bool pipe::finish() {
  lines_.finish([this](const input_line& line) { take(line); });
  return answers_.finish() && !broken_;
}

void pipe::take(const input_line& line) {
  if (broken_)
    return;
  auto outcome = reader_.read(line.text, request_);
  if (line.too_long())
    outcome = fail(errc::too_large, "the line has " + std::to_string(line.bytes) + " bytes, longer than the "
                                        + std::to_string(pipe_line_bytes_max)
                                        + " that a line may have: it was skipped");
  const auto key = request_.seq ? answer_key{answer_key::kind::seq, *request_.seq}
                                : answer_key{answer_key::kind::line, line.number};
  if (!outcome) {
    broken_ = !answers_.refuse(key, outcome.error());
    return;
  }
  const auto [bytes, what] = std::visit(
      []<class Operation>(const Operation& operation) {
        return std::pair{operations::text_bytes(operation), kind_of<typename Operation::reply>};
      },
      request_.what);
  const auto ticket = answers_.admit(key, bytes, what);
  broken_ = !ticket;
  if (!ticket)
    return;
  if (what == kind::small)
    return issue(*ticket, request_.what);
  issue(*ticket, reads_[*ticket] = request_.what);
}

void pipe::issue(answer_queue::ticket ticket, const operations::any_of<std::string>& what) {
  std::visit(
      [&]<class Operation>(const Operation& operation) {
        store_.call(operation, answer<Operation>{&answers_, ticket});
      },
      what);
}

} // namespace cluster_store::apps
