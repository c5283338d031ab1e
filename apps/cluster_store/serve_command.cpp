#include <cluster_store/apps/cluster_store/commands.hpp>

#include <csignal>
#include <iostream>
#include <memory>

#include <sys/resource.h>

#include <cluster_store/apps/cluster_store/serve_settings.hpp>
#include <cluster_store/apps/cluster_store/settings.hpp>

namespace cluster_store::apps {

namespace {

/// From here on the signals that end a program wait until `wait` takes one; also in threads started later.
class stop_signals {
public:
  stop_signals() {
    sigemptyset(&signals_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
      sigaddset(&signals_, number);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  /// Blocks until one of them comes.
  void wait() const {
    int number = 0;
    sigwait(&signals_, &number);
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

exit_code run_serve(const serve_flags& flags) {
  const auto how = read_serve_flags(flags);
  if (!how)
    return report(how.error());
  allow_descriptors();
  const stop_signals signals;
  auto master = serve(*how);
  if (!master)
    return report_start(master.error());
  std::string ready = "ready";
  for (const auto& where : master->status().endpoints)
    ready += ' ' + to_string(where);
  if (const auto printed = print(ready + '\n'); printed != exit_code::done)
    return printed;
  signals.wait();
  std::cerr << "cluster-store: stopping\n";
  master->stop();
  return exit_code::done;
}

} // namespace

void add_serve_command(command_table& table) {
  auto& command =
      table.add("serve", "Runs a master; prints `ready ENDPOINT…` when it can be used",
                "cluster-store serve\n"
                "cluster-store serve --store sessions=rocksdb:/var/lib/app/sessions --ttl-default 24h\n"
                "cluster-store serve --listen 127.0.0.1:7401 --store cache=memory:");
  auto flags = std::make_shared<serve_flags>();
  command
      .add_option(
          "--listen", flags->listen,
          "where to listen: unix:PATH or HOST:PORT, port 0 = any free one; repeat it for more (default "
              + to_string(default_endpoint()) + ")")
      ->type_name("ENDPOINT")
      ->expected(1)
      ->take_all();
  command
      .add_option("--store", flags->stores,
                  "a store and its engine, memory: or rocksdb:PATH; repeat it for more (default "
                      + std::string{default_store} + ")")
      ->type_name("NAME=URI")
      ->expected(1)
      ->take_all()
      ->group(own_group);
  command
      .add_option(
          "--sync", flags->sync,
          "when durable stores write through to the disk: before every answer, once a second, or never; "
          "overrides their URIs (default always)")
      ->check(CLI::IsMember({"always", "interval", "never"}))
      ->type_name("MODE");
  command
      .add_option("--secret-file", flags->secret_file,
                  "file with the shared secret, for TCP (default: the user's own, created if missing)")
      ->type_name("FILE");
  command.add_option("--connections-max", flags->connections_max, "worker processes at once")
      ->check(CLI::Range(1, 65'536))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--ttl-default", flags->ttl_default,
                  "life of sessions that are set without a ttl, for example 24h (default: for ever)")
      ->type_name("DURATION");
  command
      .add_option("--logout-guard", flags->logout_guard,
                  "how long a destroyed session cannot be saved again, so that a late save does not undo a "
                  "logout, for example 1h (default: off)")
      ->type_name("DURATION");
  table.run(command, [flags] { return run_serve(*flags); });
}

} // namespace cluster_store::apps
