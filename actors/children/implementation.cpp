#include <cluster_store/actors/children/implementation.hpp>

#include <algorithm>
#include <csignal>
#include <system_error>

#include <unistd.h>

#include <boost/asio/post.hpp>

#include <cluster_store/actors/runtime/callback.hpp>
#include <cluster_store/actors/runtime/worker_number.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>

namespace cluster_store {

namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

/// How often is looked for what nobody tells us.
constexpr std::chrono::milliseconds look_every{100};

/// @returns where a process of this machine reaches what listens on `where`: on all addresses is on loopback,
/// too.
endpoint reachable(endpoint where) {
  if (where.host == "0.0.0.0")
    where.host = "127.0.0.1";
  else if (where.host == "::")
    where.host = "::1";
  return where;
}

} // namespace

children::implementation::implementation(server master, children_options how, std::string program)
    : master_(std::move(master)),
      how_(std::move(how)),
      program_(std::move(program)),
      core_({how_.workers, how_.grace, how_.successor_timeout, {}}) {}

children::implementation::~implementation() {
  stop();
  if (thread_.joinable())
    thread_.join();
}

void children::implementation::end_at_exit(bool) {
  stop();
}

result<void> children::implementation::start() {
  const auto status = master_.status();
  if (status.endpoints.empty())
    return fail(errc::invalid_argument, "the master has no endpoint that children could connect to");
  variables_ = {{"CLUSTER_STORE_CONNECT", to_string(reachable(status.endpoints.front()))}};
  if (!how_.secret_file.empty())
    variables_.emplace_back("CLUSTER_STORE_SECRET_FILE", how_.secret_file);
  if (auto done = read_output(); !done)
    return done;
  try {
    thread_ = std::thread{[this] { live(); }};
  } catch (const std::system_error& problem) {
    end_.set_value();
    return fail(errc::io_error, std::string{"cannot start a thread for children: "} + problem.what());
  }
  return start_.get_future().get();
}

void children::implementation::replace() {
  post([this] {
    look_for_connections(); // whether they use the store shows in who has connected so far
    core_.replace(steady_clock::now());
    perform();
  });
}

void children::implementation::stop() {
  if (!thread_.joinable())
    return;
  post([this] {
    core_.stop(steady_clock::now());
    perform();
  });
  if (!is_thread())
    ended_.wait();
}

void children::implementation::hurry() {
  post([this] {
    core_.hurry(steady_clock::now());
    perform();
  });
}

template <class F>
void children::implementation::post(F what) {
  boost::asio::post(context_, std::move(what));
}

result<void> children::implementation::read_output() {
  if (!how_.on_line)
    return {};
  for (auto* each : {&output_, &errors_}) {
    auto started = actors::output_reader::start(how_.on_line, each == &errors_);
    if (!started)
      return tl::unexpected{started.error()};
    *each = std::move(*started);
  }
  return {};
}

void children::implementation::live() {
  signal_shield::keep();
  core_.start();
  perform();
  begun_ = true;
  if (first_problem_) {
    core_.stop(steady_clock::now());
    perform();
  }
  if (!first_problem_)
    start_.set_value({});
  context_.run();
  for (auto* each : {&output_, &errors_})
    if (*each)
      (*each)->finish();
  if (first_problem_)
    start_.set_value(tl::unexpected{*first_problem_});
  end_.set_value();
}

void children::implementation::perform() {
  for (auto effects = core_.take_effects(); !effects.empty(); effects = core_.take_effects())
    for (const auto& each : effects)
      std::visit([this](const auto& what) { perform(what); }, each);
  if (core_.finished() && begun_) {
    timer_.cancel();
    processes_.clear();
    guard_.reset();
    return;
  }
  arm_timer();
}

void children::implementation::perform(const actors::start_run& what) {
  if (!begun_ && first_problem_)
    return core_.not_started(what.run, "another one could not be started", steady_clock::now());
  auto started = start_process(what.worker);
  if (!started) {
    if (!begun_)
      first_problem_ = started.error();
    return core_.not_started(what.run, started.error().message, steady_clock::now());
  }
  const auto id = started->id();
  processes_[what.run] = std::make_unique<living>(context_, what.worker, std::move(*started));
  await_end(what.run);
  core_.started(what.run, static_cast<std::uint64_t>(id), steady_clock::now());
}

void children::implementation::perform(const actors::ask_to_end& what) {
  if (const auto found = processes_.find(what.run); found != processes_.end())
    found->second->process.signal(SIGTERM);
}

void children::implementation::perform(const actors::kill_run& what) {
  if (const auto found = processes_.find(what.run); found != processes_.end())
    found->second->process.signal(SIGKILL);
}

void children::implementation::perform(const child_event& what) {
  if (begun_ || !first_problem_)
    actors::call_back(how_.on_event, what);
}

result<actors::child_process> children::implementation::start_process(std::size_t worker) {
  actors::program_start what;
  what.path = program_;
  what.arguments.assign(how_.command.begin() + 1, how_.command.end());
  what.variables = variables_;
  what.variables.emplace_back(actors::worker_number_variable, std::to_string(worker));
  if (!output_)
    return actors::child_process::start(what);
  auto output = actors::make_pipe();
  auto errors = output ? actors::make_pipe() : fail(errc::io_error, output.error().message);
  if (!errors)
    return tl::unexpected{errors.error()};
  what.output = output->write.number();
  what.errors = errors->write.number();
  auto started = actors::child_process::start(what);
  if (started) {
    output_->add(std::move(output->read), worker);
    errors_->add(std::move(errors->read), worker);
  }
  return started;
}

void children::implementation::await_end(actors::run_number run) {
  auto& whom = *processes_.at(run);
  actors::descriptor ending{whom.process.release_ending()};
  error_code problem;
  if (ending.number() != -1)
    whom.ending.assign(ending.number(), problem);
  if (ending.number() == -1 || problem)
    return;
  ending.release(); // it is closed there now
  whom.ending.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this, run](const error_code& why_not) {
                           if (why_not)
                             return;
                           look(run);
                           perform();
                         });
}

void children::implementation::look(actors::run_number run) {
  const auto found = processes_.find(run);
  if (found == processes_.end())
    return;
  const auto how = found->second->process.ended();
  if (!how)
    return;
  processes_.erase(found);
  core_.ended(run, *how, steady_clock::now());
}

/// For systems that do not tell (Linux before 5.3).
void children::implementation::look_for_ends() {
  std::vector<actors::run_number> untold;
  for (const auto& [run, whom] : processes_)
    if (!whom->ending.is_open())
      untold.push_back(run);
  for (const auto run : untold)
    look(run);
}

/// A child may have started the process that connects, which is in its group then.
void children::implementation::look_for_connections() {
  const auto status = master_.status();
  for (const auto& worker : status.workers)
    for (const auto& [run, whom] : processes_)
      if (whom->worker == worker.number) {
        const auto id = static_cast<pid_t>(worker.process_id);
        if (id == whom->process.id() || ::getpgid(id) == whom->process.id())
          core_.connected(run);
      }
}

void children::implementation::arm_timer() {
  const auto due = core_.next_wakeup();
  const bool must_look = core_.awaits_connection()
                         || std::any_of(processes_.begin(), processes_.end(),
                                        [](const auto& each) { return !each.second->ending.is_open(); });
  if (!due && !must_look) {
    timer_.cancel();
    return;
  }
  const auto soon = steady_clock::now() + look_every;
  timer_.expires_at(!due ? soon : must_look ? std::min(*due, soon) : *due);
  timer_.async_wait([this](const error_code& why_not) {
    if (!why_not)
      tick();
  });
}

void children::implementation::tick() {
  look_for_ends();
  if (core_.awaits_connection())
    look_for_connections();
  core_.tick(steady_clock::now());
  perform();
}

} // namespace cluster_store
