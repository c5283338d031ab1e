#include <cluster_store/tests/support/pipe_worker.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace cluster_store::tests {
namespace {

program pipe_of(const master& server, const std::vector<std::string>& more_arguments) {
  auto arguments = server.connect_arguments();
  arguments.insert(arguments.begin(), "pipe");
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  return server.where().cluster_store(std::move(arguments));
}

} // namespace

moment now() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
}

pipe_worker::pipe_worker(const master& server, std::vector<std::string> more_arguments)
    : process_(pipe_of(server, more_arguments)) {}

std::uint64_t pipe_worker::send(nlohmann::json operation) {
  operation["seq"] = ++last_seq_;
  pending_.insert(last_seq_);
  process_.write(operation.dump() + "\n");
  return last_seq_;
}

void pipe_worker::read() {
  process_.pump(std::chrono::milliseconds{0});
  while (const auto line = process_.take_line())
    take(*line);
}

void pipe_worker::take(const std::string& line) {
  auto body = nlohmann::json::parse(line, nullptr, false);
  if (body.is_discarded() || !body.is_object() || !body.contains("ok") || !body.contains("seq")
      || !body["seq"].is_number_unsigned()) {
    problems_ += "not an answer: " + line + "\n";
    return;
  }
  if (pending_.erase(body["seq"].get<std::uint64_t>()) == 0)
    problems_ += "answered twice or never asked: " + line + "\n";
  answers_.push_back({std::move(body), now()});
}

std::vector<pipe_answer> pipe_worker::take_answers() {
  read();
  return std::exchange(answers_, {});
}

nlohmann::json pipe_worker::call(nlohmann::json operation) {
  const auto seq = send(std::move(operation));
  const auto limit = within(std::chrono::seconds{15});
  while (pending_.contains(seq)) {
    if (process_.ended() || std::chrono::steady_clock::now() >= limit)
      throw std::runtime_error("pipe did not answer line " + std::to_string(seq) + ": " + process_.errors());
    process_.pump(left_until(limit));
    read();
  }
  const auto mine =
      std::ranges::find_if(answers_, [&](const pipe_answer& each) { return each.body["seq"] == seq; });
  auto body = std::move(mine->body);
  answers_.erase(mine);
  return body;
}

std::optional<exit_code> pipe_worker::finish() {
  process_.close_input();
  const auto code = process_.wait(within(std::chrono::seconds{20}));
  read();
  if (!pending_.empty())
    problems_ += std::to_string(pending_.size()) + " lines have no answer\n";
  return code;
}

} // namespace cluster_store::tests
