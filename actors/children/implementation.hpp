#pragma once

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cluster_store/actors/children.hpp>
#include <cluster_store/actors/children/core.hpp>
#include <cluster_store/actors/children/output_reader.hpp>
#include <cluster_store/actors/children/process.hpp>
#include <cluster_store/actors/runtime/process_bound.hpp>

namespace cluster_store {

/// Performs what the core wants, and tells it what happens: processes, their ends, their connections, time.
///
/// One thread does all that. It starts the processes and outlives them, since they get their signal of a dead
/// parent when the thread that started them ends.
class children::implementation : public actors::process_bound {
public:
  /// @pre `how` was checked. @param program path of its command.
  implementation(server master, children_options how, std::string program);
  ~implementation();

  void end_at_exit(bool may_wait) override;

  /// Blocks until the first processes run. @errors as of `children::start`.
  result<void> start();

  void replace();
  void stop();
  void hurry();

private:
  /// A process that runs.
  struct living {
    living(boost::asio::io_context& context, std::size_t number, actors::child_process started)
        : worker(number), process(std::move(started)), ending(context) {}

    std::size_t worker;
    actors::child_process process;
    boost::asio::posix::stream_descriptor ending; ///< Not open where the system has no such thing.
  };

  void live();
  result<void> read_output();
  void perform();
  void perform(const actors::start_run& what);
  void perform(const actors::ask_to_end& what);
  void perform(const actors::kill_run& what);
  void perform(const child_event& what);
  result<actors::child_process> start_process(std::size_t worker);
  void await_end(actors::run_number run);
  void look(actors::run_number run);
  void look_for_ends();
  void look_for_connections();
  void arm_timer();
  void tick();

  /// Does `what` on the thread, unless that has ended.
  template <class F>
  void post(F what);

  bool is_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

  server master_;
  children_options how_;
  std::string program_;
  std::vector<std::pair<std::string, std::string>> variables_;
  std::unique_ptr<actors::output_reader> output_; ///< None: they have this process's own streams.
  std::unique_ptr<actors::output_reader> errors_;
  actors::children_core core_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{context_.get_executor()};
  boost::asio::steady_timer timer_{context_};
  std::map<actors::run_number, std::unique_ptr<living>> processes_;
  std::optional<error> first_problem_; ///< Why a process of the first round could not be started.
  bool begun_ = false;                 ///< The first round is over.
  std::promise<result<void>> start_;
  std::promise<void> end_;
  std::shared_future<void> ended_ = end_.get_future().share();
  std::thread thread_;
};

} // namespace cluster_store
