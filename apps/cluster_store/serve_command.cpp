#include <cluster_store/apps/cluster_store/commands.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include <cluster_store/apps/cluster_store/settings/serve_settings.hpp>
#include <cluster_store/apps/cluster_store/settings/settings.hpp>
#include <cluster_store/apps/cluster_store/typed_options.hpp>
#include <cluster_store/apps/cluster_store/worker_output.hpp>
#include <cluster_store/apps/support/duration.hpp>
#include <cluster_store/apps/support/terminal/output.hpp>
#include <cluster_store/apps/support/terminal/text.hpp>

namespace cluster_store::apps {

namespace {

/// From here on the signals that concern a master wait until `wait` takes one; also in threads started later.
class master_signals {
public:
  master_signals() {
    sigemptyset(&signals_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR2})
      sigaddset(&signals_, number);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  /// Blocks until one of them comes. @returns its number.
  int wait() const {
    int number = 0;
    sigwait(&signals_, &number);
    return number;
  }

  /// Blocks for a short time. @returns whether one that ends the master came.
  bool end_came() const {
    constexpr timespec short_time{0, 50'000'000};
    const int number = ::sigtimedwait(&signals_, nullptr, &short_time);
    return number == SIGTERM || number == SIGINT;
  }

  /// @returns whether `wait` would return at once with one that ends the master.
  static bool ask_to_end() {
    sigset_t pending{};
    sigpending(&pending);
    return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
  }

private:
  sigset_t signals_{};
};

/// Connections and an engine's files may need more descriptors than a shell allows at first (often 1 024).
void allow_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

exit_code report_start(const error& problem) {
  report(problem);
  return problem.code == errc::invalid_argument ? exit_code::usage
         : problem.code == errc::unauthorized   ? exit_code::refused
         : problem.code == errc::unsupported    ? exit_code::refused
                                                : exit_code::failed; // also an endpoint or directory in use
}

void reload(server& master, const serve_flags& flags) {
  if (flags.how.tls.certificate_file.empty())
    return note("SIGHUP: there are no certificates to read again; SIGTERM stops this master");
  if (const auto done = master.reload_certificates(); !done) {
    report(done.error());
    return note("SIGHUP: the certificates that were read before stay in use");
  }
  note("SIGHUP: the certificates were read again");
}

/// What becomes of a running master, told on another thread.
class master_watch {
public:
  void tell(const endpoint_event& event) {
    note(to_string(event.where) + ": " + event.message);
    if (event.what == endpoint_event::kind::lost)
      end();
  }

  void tell(const error& failure) {
    end(); // first: there may be no memory for words
    note(failure.message);
  }

  bool failed() const { return failed_; }

private:
  void end() {
    failed_ = true;
    ::kill(::getpid(), SIGTERM); // which the main thread waits for
  }

  std::atomic<bool> failed_ = false;
};

/// Starts a master on a thread of its own: an engine may take long to open, or hang, and what asks this
/// program to end must end it all the same.
/// @param serve what starts it. @returns nothing if it was asked to end and the start took longer than
///   `patience` from then.
template <class Serve>
auto start(Serve serve) -> std::optional<decltype(serve())> {
  constexpr std::chrono::milliseconds look_every{20};
  constexpr std::chrono::seconds patience{3};
  const auto task = std::make_shared<std::packaged_task<decltype(serve())()>>(std::move(serve));
  auto outcome = task->get_future();
  try {
    std::thread{[task] { (*task)(); }}.detach();
  } catch (const std::system_error&) {
    (*task)(); // there is no thread to be had; it may say better which limit was reached
  }
  while (outcome.wait_for(look_every) != std::future_status::ready)
    if (master_signals::ask_to_end() && outcome.wait_for(patience) != std::future_status::ready)
      return std::nullopt;
  return outcome.get();
}

/// The workers that `serve` starts.
class worker_crew {
public:
  /// @param how none: there are none.
  explicit worker_crew(std::optional<children_options> how) : how_(std::move(how)) {}

  result<void> check() const { return how_ ? check_children(*how_) : result<void>{}; }

  /// @errors as of `children::start`.
  result<void> start(const server& master) {
    if (!how_)
      return {};
    how_->on_line = [output = output_](const child_line& line) { output->take(line); };
    how_->on_event = [](const child_event& event) { note(event.message); };
    return children::start(master, *how_).map([this](children started) { members_ = std::move(started); });
  }

  void replace() {
    if (!how_)
      return note("SIGUSR2: there are no workers to replace: `serve --workers` starts some");
    note("SIGUSR2: the workers are replaced one after another");
    static_cast<void>(members_.replace());
  }

  /// Ends them, at once if asked to end a second time. (Some, such as `timeout`, ask twice and mean once.)
  void end(const master_signals& signals) {
    if (!how_)
      return;
    output_->end();
    constexpr std::chrono::seconds same_request{1};
    const auto asked = std::chrono::steady_clock::now();
    try {
      const auto ended = std::async(std::launch::async, [this] { members_.stop(); });
      while (ended.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
        if (signals.end_came() && std::chrono::steady_clock::now() - asked >= same_request)
          members_.hurry();
    } catch (const std::system_error&) {
      members_.stop(); // there is no thread to be had
    }
  }

private:
  std::optional<children_options> how_;
  std::shared_ptr<worker_output> output_ = std::make_shared<worker_output>();
  children members_;
};

/// Ends this program although a thread of it hangs, for which an orderly end would wait.
[[noreturn]] void end_at_once() {
  std::_Exit(static_cast<int>(exit_code::failed));
}

[[noreturn]] void end_while_opening() {
  report({errc::deadline_exceeded,
          "this master was asked to end while its stores were being opened, which "
          "did not end in time; they are left as after a crash, for the next start"});
  end_at_once();
}

/// Without a stdout, or if nobody reads it, others may still need a master.
bool say_ready(const std::vector<endpoint>& endpoints) {
  std::string ready = "ready";
  for (const auto& where : endpoints)
    ready += ' ' + printable(to_string(where));
  return !is_writable(STDOUT_FILENO) || print(ready + '\n') != printed::failed;
}

/// Serves until it is asked to end. @returns whether it ever could.
exit_code run_ready(server& master, worker_crew& workers, const master_signals& signals,
                    const serve_flags& flags) {
  if (!say_ready(master.status().endpoints))
    return exit_code::failed;
  if (const auto started = workers.start(master); !started)
    return report_start(started.error());
  for (int number = signals.wait(); number == SIGHUP || number == SIGUSR2; number = signals.wait())
    if (number == SIGHUP)
      reload(master, flags);
    else
      workers.replace();
  note("stopping");
  workers.end(signals); // first: they have something to save
  return exit_code::done;
}

/// Takes part in the election of a master until it is asked to end.
exit_code run_automatic(const serve_flags& flags) {
  auto how = automatic_options(flags);
  if (!how)
    return report(how.error());
  if (how->where.what == endpoint::kind::unix_socket)
    how->where.path = std::filesystem::absolute(how->where.path).string(); // as it is shown
  const auto watch = std::make_shared<master_watch>();
  const auto where = to_string(how->where);
  how->on_failure = [watch](const error& failure) { watch->tell(failure); };
  how->on_endpoint = [](const endpoint_event& event) { note(to_string(event.where) + ": " + event.message); };
  how->on_role = [where](mode role) { note(role_text(role, where)); };
  allow_descriptors();
  const master_signals signals;
  auto started = start([how = *how] { return open(how); });
  if (!started)
    end_while_opening();
  auto& store = *started;
  if (!store)
    return report_start(store.error());
  if (!say_ready({how->where}))
    return exit_code::failed;
  for (int number = signals.wait(); number == SIGHUP || number == SIGUSR2; number = signals.wait())
    note(number == SIGHUP ? "SIGHUP: certificates are read by whoever becomes the master"
                          : "SIGUSR2: there are no workers to replace");
  note("stopping");
  store->close();
  return watch->failed() ? exit_code::failed : exit_code::done;
}

exit_code run_serve(const serve_flags& flags) {
  if (flags.automatic)
    return run_automatic(flags);
  auto how = serve_options(flags);
  if (!how)
    return report(how.error());
  auto crew = serve_children(flags);
  if (!crew)
    return report(crew.error());
  worker_crew workers{*std::move(crew)};
  if (const auto good = workers.check(); !good)
    return report(good.error());
  const auto watch = std::make_shared<master_watch>();
  how->on_endpoint = [watch](const endpoint_event& event) { watch->tell(event); };
  how->on_failure = [watch](const error& failure) { watch->tell(failure); };
  allow_descriptors();
  const master_signals signals;
  auto started = start([how = *how] { return serve(how); });
  if (!started)
    end_while_opening();
  auto& master = *started;
  if (!master)
    return report_start(master.error());
  const auto outcome = run_ready(*master, workers, signals, flags);
  if (const auto stopped = master->stop(); !stopped) {
    report(stopped.error());
    end_at_once();
  }
  return watch->failed() ? exit_code::failed : outcome;
}

void add_tls_flags(CLI::App& command, tls_options& tls) {
  add_file(command, "--tls-cert", tls.certificate_file,
           "file of this master's certificate and those between it and its CA: all TCP endpoints speak "
           "TLS; read again on SIGHUP")
      ->group(own_groups::tls);
  add_file(command, "--tls-key", tls.key_file, "file of its private key, readable by its owner only")
      ->group(own_groups::tls);
  add_file(command, "--tls-ca", tls.authority_file,
           "file of a CA: workers, too, must show a certificate, signed by it")
      ->group(own_groups::tls);
}

void add_worker_flags(CLI::App& command, serve_flags& flags) {
  command
      .add_option("--workers", flags.workers,
                  "run this many processes of the program after `--`, with CLUSTER_STORE_CONNECT and "
                  "CLUSTER_STORE_WORKER (1 to N) in their environment; who ends is started again, SIGUSR2 "
                  "replaces them one after another")
      ->check(whole_number(1, 1'024))
      ->type_name("N");
  add_parsed(command, "--grace", flags.grace, parse_grace, "DURATION",
             "how long workers may take to end before they are killed (default "
                 + duration_text(children_options{}.grace) + ")");
  command.add_option("program", flags.program, "after `--`: what the workers run, and its arguments")
      ->type_name("PROGRAM ARGUMENTS")
      ->configurable(false);
}

void add_limit_flags(CLI::App& command, serve_flags& flags) {
  command.add_option("--connections-max", flags.how.connections_max, "worker processes at once")
      ->check(whole_number(1, 65'536))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--memory-max", flags.memory_max_mib,
                  "mebibytes that workers can make this master take above its data, whatever they do")
      ->check(whole_number(1, 1'048'576))
      ->type_name("N")
      ->capture_default_str();
}

} // namespace

void add_serve_command(command_table& table) {
  const auto flags = std::make_shared<serve_flags>();
  auto& command =
      table.add("serve", "Runs a master; prints `ready ENDPOINT…` when it can be used",
                "cluster-store serve\n"
                "cluster-store serve --store sessions=rocksdb:/var/lib/app/sessions --ttl-default 24h\n"
                "cluster-store serve --listen 127.0.0.1:7401 --store cache=memory:\n"
                "cluster-store serve --listen 0.0.0.0:7401 --tls-cert server.pem --tls-key server.key\n"
                "cluster-store serve --workers 4 -- node server.js\n"
                "cluster-store serve --automatic --store sessions=rocksdb:/var/lib/app/sessions",
                [flags] { return run_serve(*flags); });
  add_parsed_list(
      command, "--listen", flags->how.listen, parse_endpoint, "ENDPOINT",
      "where to listen: unix:PATH or HOST:PORT, port 0 = any free one; repeat it for more (default "
          + to_string(default_endpoint()) + ")");
  add_parsed_list(command, "--store", flags->stores, parse_store, "NAME=URI",
                  "a store and its engine, memory: or rocksdb:PATH; repeat it for more (default "
                      + std::string{default_store} + ")")
      ->group(own_groups::stores);
  command
      .add_option(
          "--sync", flags->sync,
          "when durable stores write through to the disk: before every answer, once a second, or never; "
          "overrides their URIs (default always)")
      ->check(CLI::IsMember({"always", "interval", "never"}))
      ->type_name("MODE");
  add_file(command, "--secret-file", flags->how.secret_file,
           "file with the shared secret, for TCP (default: the user's own, created if missing)");
  add_limit_flags(command, *flags);
  add_parsed(command, "--ttl-default", flags->ttl_default, parse_ttl_default, "DURATION",
             "life of sessions that are set without a ttl, for example 24h (default: for ever)");
  add_parsed(command, "--logout-guard", flags->logout_guard, parse_logout_guard, "DURATION",
             "how long a destroyed session cannot be saved again, so that a late save does not undo a "
             "logout, for example 1h (default: off); sessions that clear removed can be saved again");
  add_switch(command, "--restored", flags->restored,
             "for one start after a backup was put back: versions begin well beyond those given out since it "
             "was made, and workers learn that the data are others")
      ->configurable(false);
  add_file(command, "--admin-secret-file", flags->how.admin_secret_file,
           "file with a secret of admins; clear is then refused to all others (default: none, all may)");
  add_tls_flags(command, flags->how.tls);
  add_worker_flags(command, *flags);
  add_switch(command, "--automatic", flags->automatic,
             "be the master only if no other process is: of all that are started alike one serves, and if it "
             "ends another one takes over; one store, one endpoint of this machine");
  add_json_flag(command, true);
}

} // namespace cluster_store::apps
