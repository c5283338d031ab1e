#include <cluster_store/apps/cluster_store/connection.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <unistd.h>

#include <cluster_store/apps/cluster_store/default_socket.hpp>
#include <cluster_store/apps/cluster_store/json_text.hpp>
#include <cluster_store/apps/cluster_store/pipe/answer.hpp>
#include <cluster_store/apps/cluster_store/settings/settings.hpp>
#include <cluster_store/apps/support/duration.hpp>
#include <cluster_store/apps/support/option_checks.hpp>
#include <cluster_store/apps/support/terminal/output.hpp>
#include <cluster_store/apps/support/terminal/text.hpp>

namespace cluster_store::apps {

namespace {

/// One command runs in a process, and all that it reports has one form.
std::atomic<bool> errors_in_json = false;

std::string hint_of_machine() {
  return default_socket_hint(default_endpoint().path, process_environment()("XDG_RUNTIME_DIR"), ::geteuid(),
                             is_own_socket);
}

std::string plain_line(const std::string& message) {
  return "cluster-store: " + printable(message) + '\n';
}

result<endpoint> parse_master(const std::string& text) {
  auto where = parse_endpoint(text);
  if (where && where->what == endpoint::kind::tcp && where->port == 0)
    return fail(errc::invalid_argument, text + " has port 0: name the one the master listens on");
  return where;
}

result<std::chrono::milliseconds> parse_timeout(const std::string& text) {
  constexpr std::chrono::minutes longest{10};
  auto time = parse_duration(text);
  if (time && (time->count() < 1 || *time > longest))
    return fail(errc::invalid_argument, text + " is not between 1ms and 10m");
  return time;
}

} // namespace

void connection::add_to(CLI::App& command, bool one_store) {
  command
      .add_option("--connect", connect_,
                  "where the master listens: unix:PATH or HOST:PORT (default " + to_string(default_endpoint())
                      + ")")
      ->check(read_by(parse_master))
      ->type_name("ENDPOINT");
  if (one_store)
    command.add_option("--store", store_, "name of the store")->type_name("NAME")->capture_default_str();
  command
      .add_option("--secret-file", secret_file_,
                  "file with the shared secret, for TCP (default: the user's own)")
      ->type_name("FILE");
  add_tls_flags(command);
  command.add_option("--timeout", timeout_, "how long to wait for an answer, at most 10m")
      ->check(read_by(parse_timeout))
      ->type_name("DURATION")
      ->capture_default_str();
}

void connection::add_admin_flag(CLI::App& command) {
  add_switch(command, "--admin", admin_,
             "ask for the role admin, which `clear` needs where admins have a secret of their own");
}

void connection::add_tls_flags(CLI::App& command) {
  command
      .add_option("--tls-ca", tls_.authority_file,
                  "connect with TLS: file of the CA that signed the master's certificate; needed beyond this "
                  "machine")
      ->type_name("FILE");
  command
      .add_option("--tls-cert", tls_.certificate_file,
                  "certificate to show to the master, if it asks for one")
      ->type_name("FILE");
  command.add_option("--tls-key", tls_.key_file, "its private key")->type_name("FILE");
  command
      .add_option("--tls-server-name", tls_.server_name,
                  "name or address that the master's certificate must hold (default: the host of --connect)")
      ->type_name("NAME");
}

result<endpoint> connection::where() const {
  return connect_.empty() ? default_endpoint() : parse_master(connect_);
}

result<std::chrono::milliseconds> connection::timeout() const {
  return parse_timeout(timeout_);
}

result<options> connection::worker_options() const {
  const auto endpoint = where();
  if (!endpoint)
    return tl::unexpected{endpoint.error()};
  const auto time = timeout();
  if (!time)
    return tl::unexpected{time.error()};
  options how;
  how.mode = mode::worker;
  how.store.name = store_;
  how.where = *endpoint;
  how.secret_file = secret_file_;
  how.admin = admin_;
  how.tls = tls_;
  how.worker_name = "cluster-store";
  how.calls.timeout = *time;
  how.connect_timeout = *time;
  return how;
}

result<client> connection::open() const {
  const auto how = worker_options();
  if (!how)
    return tl::unexpected{how.error()};
  return cluster_store::open(*how).map_error([this](error problem) { return explain(std::move(problem)); });
}

error connection::explain(error problem) const {
  const bool is_away = problem.code == errc::unavailable || problem.code == errc::deadline_exceeded;
  if (is_away && connect_.empty() && !is_own_socket(default_endpoint().path))
    problem.message += "; " + hint_of_machine();
  return problem;
}

void connection::note_absence() const {
  if (const auto where = default_endpoint(); connect_.empty() && !is_own_socket(where.path))
    note("nobody listens on " + to_string(where) + " yet; " + hint_of_machine());
}

void add_json_flag(CLI::App& command, bool& json) {
  add_switch(command, "--json", json, "print JSON instead of plain text, errors too");
}

void add_json_errors_flag(CLI::App& command) {
  const std::string about = "tell errors, and all else on stderr, as JSON, one object a line";
  command.add_flag("--json", about)->check(read_by(parse_switch)); // `report` learns of it from the parsing
}

void report_as_json(bool json) {
  errors_in_json = json;
}

exit_code report(const error& problem) {
  std::string text;
  if (errors_in_json)
    append_failure(text, {}, problem);
  else
    text = plain_line(std::string{to_string(problem.code)} + ": " + problem.message);
  tell(text);
  return exit_code_of(problem.code);
}

void note(const std::string& message) {
  std::string text = "{\"message\":";
  append_json_message(text, message);
  tell(errors_in_json ? text + "}\n" : plain_line(message));
}

printed print(std::string_view text) {
  const auto problem = write_all(STDOUT_FILENO, text);
  if (problem == 0 || problem == EPIPE)
    return problem == 0 ? printed::whole : printed::unread;
  report({errc::io_error, std::string{"cannot write to the standard output: "} + std::strerror(problem)});
  return printed::failed;
}

exit_code print_last(std::string_view text, exit_code code) {
  const auto outcome = print(text);
  return outcome == printed::whole ? code : outcome == printed::unread ? exit_code::done : exit_code::failed;
}

} // namespace cluster_store::apps
