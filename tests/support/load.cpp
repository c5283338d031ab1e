#include <cluster_store/tests/support/load.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace cluster_store::tests {
namespace {

constexpr std::int64_t long_ttl_milliseconds = 3'600'000;

nlohmann::json line_of(const call& what, std::size_t padding_bytes, bool with_ttl) {
  constexpr const char* names[] = {"get", "set", "touch", "destroy"};
  nlohmann::json line{{"op", names[static_cast<int>(what.what)]}, {"id", what.id}};
  if (what.what == action::set) {
    line["data"] = std::to_string(what.value) + ":" + std::string(padding_bytes, 'x');
    if (what.if_version)
      line["if_version"] = *what.if_version;
  }
  if (what.what == action::touch || (what.what == action::set && with_ttl))
    line["ttl_ms"] = long_ttl_milliseconds;
  return line;
}

outcome outcome_of(const std::string& error) {
  return error == "deadline_exceeded" || error == "outcome_unknown" ? outcome::unknown : outcome::unapplied;
}

} // namespace

load::load(std::vector<pipe_worker*> workers, const load_options& how) : how_(how), random_(how.seed) {
  for (auto* each : workers)
    workers_.push_back({each, {}, 0, false});
}

std::size_t load::below(std::size_t limit) {
  return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_);
}

call load::random_call(std::uint32_t worker) {
  call what;
  what.worker = worker;
  what.id = how_.prefix + std::to_string(below(how_.sessions));
  const auto dice = below(100);
  what.what = dice < 40 ? action::get : dice < 80 ? action::set : dice < 90 ? action::touch : action::destroy;
  if (what.what == action::set)
    what.value = ++last_value_;
  if (dice >= 40 && dice < 48) { // a conditional one, on what was seen last or on absence
    const auto seen = versions_.find(what.id);
    what.if_version = seen == versions_.end() || below(4) == 0 ? 0 : seen->second;
  }
  return what;
}

void load::send(std::uint32_t worker, call what) {
  auto& to = workers_[worker];
  const auto line = line_of(what, below(how_.padding_bytes_max + 1), below(2) == 0);
  what.how = outcome::unknown;
  what.invoked = now();
  what.seq = to.worker->send(line);
  to.pending.emplace(what.seq, history_.size());
  history_.push_back(std::move(what));
}

void load::fill(std::uint32_t worker) {
  const auto& to = workers_[worker];
  while (!to.gone && to.pending.size() < how_.in_flight && now() >= to.pause_until)
    send(worker, random_call(worker));
}

void load::take(driven& from) {
  for (const auto& answer : from.worker->take_answers()) {
    const auto found = from.pending.find(answer.body["seq"].get<std::uint64_t>());
    if (found == from.pending.end())
      continue; // the worker reports it as a problem
    record(from, history_[found->second], answer);
    from.pending.erase(found);
  }
}

void load::record(driven& from, call& what, const pipe_answer& answer) {
  what.answered = answer.at;
  if (!answer.ok()) {
    const auto error = answer.error();
    ++errors_[error];
    if (error == "unavailable" || error == "overloaded")
      from.pause_until = answer.at + 5'000'000;
    what.found = error != "conflict";
    what.how = what.found ? outcome_of(error) : outcome::answered;
    return;
  }
  ++succeeded_;
  what.how = outcome::answered;
  const auto& body = answer.body;
  switch (what.what) {
  case action::get:
    what.found = body.at("found").get<bool>();
    if (what.found)
      what.value = std::stoull(body.at("data").get<std::string>());
    break;
  case action::set:
    what.found = true;
    break;
  case action::touch:
    what.found = body.at("touched").get<bool>();
    return;
  case action::destroy:
    what.found = body.at("destroyed").get<bool>();
    return;
  }
  if (what.found)
    versions_[what.id] = what.version = body.at("version").get<std::uint64_t>();
}

void load::step(bool with_new) {
  std::vector<process*> processes;
  for (std::uint32_t index = 0; index < workers_.size(); ++index) {
    if (with_new)
      fill(index);
    if (!workers_[index].gone)
      processes.push_back(&workers_[index].worker->self());
  }
  for (const auto& other : others_)
    if (auto* each = other())
      processes.push_back(each);
  process::pump(processes, std::chrono::milliseconds{5});
  for (auto& each : workers_)
    if (!each.gone)
      take(each);
}

bool load::run(const std::function<bool()>& done, deadline limit) {
  while (!done()) {
    if (std::chrono::steady_clock::now() >= limit)
      return false;
    step(true);
  }
  return true;
}

bool load::run_for(std::size_t count, deadline limit) {
  const auto wanted = succeeded_ + count;
  return run([&] { return succeeded_ >= wanted; }, limit);
}

bool load::settle(deadline limit) {
  const auto settled = [this] {
    return std::ranges::all_of(workers_,
                               [](const driven& each) { return each.gone || each.pending.empty(); });
  };
  while (!settled()) {
    if (std::chrono::steady_clock::now() >= limit)
      return false;
    step(false);
  }
  return true;
}

bool load::read_all(std::size_t worker, deadline limit) {
  for (std::size_t session = 0; session < how_.sessions; ++session) {
    call what;
    what.worker = static_cast<std::uint32_t>(worker);
    what.id = how_.prefix + std::to_string(session);
    send(what.worker, std::move(what));
    while (workers_[worker].pending.size() >= how_.in_flight && std::chrono::steady_clock::now() < limit)
      step(false);
  }
  return settle(limit);
}

void load::give_up(std::size_t worker) {
  take(workers_[worker]);
  workers_[worker].gone = true;
  workers_[worker].pending.clear();
}

std::string load::summary() const {
  auto text = std::to_string(sent()) + " operations, " + std::to_string(succeeded_) + " succeeded";
  for (const auto& [error, count] : errors_)
    text += ", " + std::to_string(count) + " " + error;
  return text;
}

} // namespace cluster_store::tests
