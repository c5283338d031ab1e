#include <cluster_store/actors/children.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/actors/children/implementation.hpp>
#include <cluster_store/backends/system/absolute_path.hpp>

namespace cluster_store {

namespace {

constexpr std::size_t workers_max = 1'024;
constexpr std::chrono::hours longest{1};
constexpr auto no_children = "there are no children: they were never started, or moved from";

tl::unexpected<error> refuse(std::string message) {
  return fail(errc::invalid_argument, std::move(message));
}

/// @returns 0, or the number of the system's error: why the file cannot be executed.
int why_not_executable(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return errno;
  if (S_ISDIR(about.st_mode))
    return EISDIR;
  return ::access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

/// @returns the path of a program that is named with a `/`, or in PATH.
result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (const int problem = why_not_executable(name); problem != 0)
      return refuse("the children's program " + name + " cannot be executed: " + std::strerror(problem));
    return absolute_path(name);
  }
  const char* const path = std::getenv("PATH");
  for (std::string_view rest = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path; !rest.empty();) {
    const auto end = std::min(rest.find(':'), rest.size());
    const auto candidate = std::string{end == 0 ? "." : rest.substr(0, end)} + '/' + name;
    if (why_not_executable(candidate) == 0)
      return absolute_path(candidate);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return refuse(
      "the children's program " + name
      + " is in no directory of PATH, or cannot be executed there: check the name, or say its path");
}

result<std::string> check(const children_options& how) {
  if (how.workers < 1 || how.workers > workers_max)
    return refuse("the number of children is " + std::to_string(how.workers) + ": it must be from 1 to "
                  + std::to_string(workers_max));
  if (how.command.empty() || how.command.front().empty())
    return refuse("the children have no program: say what they are to run");
  for (const auto& each : how.command)
    if (each.find('\0') != std::string::npos)
      return refuse("the children's command holds a zero byte, which no program can be given");
  if (how.grace.count() < 0 || how.grace > longest)
    return refuse("the children's time to end is not between 0 and 1 h");
  if (how.successor_timeout < std::chrono::seconds{1} || how.successor_timeout > longest)
    return refuse("the time for successors of children is not between 1 s and 1 h");
  return find_program(how.command.front());
}

} // namespace

result<void> check_children(const children_options& how) {
  return check(how).map([](const std::string&) {});
}

result<children> children::start(server master, const children_options& how) {
  auto program = check(how);
  if (!program)
    return tl::unexpected{program.error()};
  auto absolute = how;
  auto secret = absolute_path(how.secret_file);
  if (!secret)
    return tl::unexpected{secret.error()};
  absolute.secret_file = std::move(*secret);
  auto body =
      actors::make_process_bound<implementation>(std::move(master), std::move(absolute), std::move(*program));
  if (auto started = body->start(); !started)
    return tl::unexpected{started.error()};
  if (!actors::end_at_exit(body, "children"))
    return fail(errc::unavailable, "this process is ending: no children are started any more");
  return children{std::move(body)};
}

result<void> children::replace() {
  if (!implementation::is_usable(body_.get()))
    return actors::why_unusable(body_.get(), no_children);
  body_->replace();
  return {};
}

void children::stop() {
  if (implementation::is_usable(body_.get()))
    body_->stop();
}

void children::hurry() {
  if (implementation::is_usable(body_.get()))
    body_->hurry();
}

result<options> options_of_child() {
  const char* const where = std::getenv("CLUSTER_STORE_CONNECT");
  if (where == nullptr)
    return refuse("this process was not started by a master: there is no CLUSTER_STORE_CONNECT");
  auto parsed = parse_endpoint(where);
  if (!parsed)
    return refuse("CLUSTER_STORE_CONNECT: " + parsed.error().message);
  options out;
  out.mode = mode::worker;
  out.where = std::move(*parsed);
  if (const char* const secret = std::getenv("CLUSTER_STORE_SECRET_FILE"); secret != nullptr)
    out.secret_file = secret;
  return out;
}

} // namespace cluster_store
