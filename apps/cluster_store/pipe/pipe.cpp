#include <cluster_store/apps/cluster_store/pipe/pipe.hpp>

#include <utility>

namespace cluster_store::apps {

namespace {

void append(std::string& out, answer_key key, pipe_operation, const std::optional<session>& found) {
  append_answer(out, key, found);
}

void append(std::string& out, answer_key key, pipe_operation, const listing& page) {
  append_answer(out, key, page);
}

void append(std::string& out, answer_key key, pipe_operation operation, bool changed) {
  append_flag(out, key, operation == pipe_operation::touch ? "touched" : "destroyed", changed);
}

void append(std::string& out, answer_key key, pipe_operation operation, std::uint64_t number) {
  append_number(out, key, operation == pipe_operation::set ? "version" : "count", number);
}

void append(std::string& out, answer_key key, pipe_operation, const std::optional<version_number>& moved) {
  append_regenerated(out, key, moved);
}

answer_queue::kind kind_of(pipe_operation operation) {
  using kind = answer_queue::kind;
  return operation == pipe_operation::get   ? kind::session
         : operation == pipe_operation::all ? kind::page
                                            : kind::small;
}

template <class T>
std::size_t content_bytes(const T&) {
  return 0;
}

std::size_t content_bytes(const std::optional<session>& found) {
  return found ? found->data.size() : 0;
}

std::size_t content_bytes(const listing& page) {
  constexpr std::size_t names_and_numbers = 20;
  std::size_t bytes = 0;
  for (const auto& row : page.sessions)
    bytes += row.id.size() + row.content.data.size() + names_and_numbers;
  return bytes;
}

/// Answers one line when its operation is done. Small enough to need no memory of its own in a std::function.
struct answer {
  answer_queue* answers;
  answer_queue::ticket ticket;
  pipe_operation operation;

  template <class T>
  void operator()(const result<T>& outcome) const {
    if (!outcome)
      return answers->fail(ticket, outcome.error());
    answers->answer(
        ticket, [&](std::string& out, answer_key key) { append(out, key, operation, *outcome); },
        content_bytes(*outcome));
  }
};

static_assert(sizeof(answer) <= 16);

} // namespace

pipe::pipe(client store, pipe_limits limits, std::function<bool(std::string_view)> write,
           std::function<void()> on_broken)
    : store_(std::move(store)),
      reads_(limits.lines_max),
      answers_(limits, std::move(write), std::move(on_broken),
               [this](answer_queue::ticket ticket) { issue_read(ticket); }) {}

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
  if (!outcome) {
    const auto key = request_.seq ? answer_key{answer_key::kind::seq, *request_.seq}
                                  : answer_key{answer_key::kind::line, line.number};
    broken_ = !answers_.refuse(key, outcome.error());
    return;
  }
  const auto ticket =
      answers_.admit(*request_.seq, request_.id.size() + request_.data.size(), kind_of(request_.operation));
  broken_ = !ticket;
  if (ticket)
    issue(*ticket);
}

void pipe::issue(answer_queue::ticket ticket) {
  const answer done{&answers_, ticket, request_.operation};
  switch (request_.operation) {
  case pipe_operation::get:
  case pipe_operation::all: {
    auto& kept = reads_[ticket];
    kept.operation = request_.operation;
    if (kept.operation == pipe_operation::get)
      kept.id = request_.id;
    else
      kept.which = request_.which;
    return issue_read(ticket);
  }
  case pipe_operation::set:
    return store_.set(request_.id, request_.data, request_.how, done);
  case pipe_operation::touch:
    return store_.touch(request_.id, request_.how.ttl, done);
  case pipe_operation::destroy:
    return store_.destroy(request_.id, done);
  case pipe_operation::regenerate:
    return store_.regenerate(request_.id, request_.new_id, done);
  case pipe_operation::length:
    return store_.length(done);
  case pipe_operation::clear:
    return store_.clear(done);
  }
}

void pipe::issue_read(answer_queue::ticket ticket) {
  const auto& wanted = reads_[ticket];
  const answer done{&answers_, ticket, wanted.operation};
  if (wanted.operation == pipe_operation::get)
    store_.get(wanted.id, done);
  else
    store_.all(wanted.which, done);
}

} // namespace cluster_store::apps
