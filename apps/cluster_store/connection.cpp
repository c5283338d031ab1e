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
#include <cluster_store/apps/cluster_store/typed_options.hpp>
#include <cluster_store/apps/support/duration.hpp>
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
  add_parsed(command, "--connect", named_, parse_master, "ENDPOINT",
             "where the master listens: unix:PATH or HOST:PORT (default " + to_string(default_endpoint())
                 + ")");
  if (one_store)
    command.add_option("--store", how_.store.name, "name of the store")
        ->type_name("NAME")
        ->capture_default_str();
  add_file(command, "--secret-file", how_.secret_file,
           "file with the shared secret, for TCP (default: the user's own)");
  add_tls_flags(command);
  add_parsed(command, "--timeout", how_.calls.timeout, parse_timeout, "DURATION",
             "how long to wait for an answer, at most 10m")
      ->default_str(duration_text(how_.calls.timeout));
}

void connection::add_admin_flag(CLI::App& command) {
  add_switch(command, "--admin", how_.admin,
             "ask for the role admin, which `clear` needs where admins have a secret of their own");
}

void connection::add_automatic_flag(CLI::App& command) {
  command
      .add_option("--automatic", automatic_,
                  "serve the store from here, kept at URI, if nobody else does: of all commands that are "
                  "given the same one is the master, and if it ends another one takes over")
      ->type_name("URI");
}

void connection::add_tls_flags(CLI::App& command) {
  add_file(command, "--tls-ca", how_.tls.authority_file,
           "connect with TLS: file of the CA that signed the master's certificate; needed beyond this "
           "machine");
  add_file(command, "--tls-cert", how_.tls.certificate_file,
           "certificate to show to the master, if it asks for one");
  add_file(command, "--tls-key", how_.tls.key_file, "its private key");
  command
      .add_option("--tls-server-name", how_.tls.server_name,
                  "name or address that the master's certificate must hold (default: the host of --connect)")
      ->type_name("NAME");
}

options connection::worker_options() const {
  auto how = how_;
  how.mode = automatic_.empty() ? mode::worker : mode::automatic;
  if (!automatic_.empty())
    how.store.uri = automatic_;
  how.worker_name = "cluster-store";
  how.where = named_.value_or(how.where);
  how.connect_timeout = how.calls.timeout;
  return how;
}

result<client> connection::open() const {
  return cluster_store::open(worker_options()).map_error([this](error problem) {
    return explain(std::move(problem));
  });
}

bool connection::lacks_master() const {
  return !named_ && automatic_.empty() && !is_own_socket(how_.where.path);
}

error connection::explain(error problem) const {
  const bool is_away = problem.code == errc::unavailable || problem.code == errc::deadline_exceeded;
  if (is_away && lacks_master())
    problem.message += "; " + hint_of_machine();
  return problem;
}

void connection::note_absence() const {
  if (lacks_master())
    note("nobody listens on " + to_string(how_.where) + " yet; " + hint_of_machine());
}

void add_json_flag(CLI::App& command, bool for_errors_only) {
  const std::string about = for_errors_only
                                ? "tell errors, and all else on stderr, as JSON, one object a line"
                                : "print JSON instead of plain text, errors too";
  command.add_flag("--json", about)->check(read_by(parse_switch)); // `report` learns of it from the parsing
}

void report_as_json(bool json) {
  errors_in_json = json;
}

bool reports_json() {
  return errors_in_json;
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

std::string role_text(mode role, const std::string& where) {
  return role == mode::master ? "this process is the master at " + where
                              : "the master at " + where + " is another process";
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
