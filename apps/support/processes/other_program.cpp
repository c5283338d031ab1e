#include <cluster_store/apps/support/processes/other_program.hpp>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

#include <cluster_store/apps/support/processes/child_process.hpp>

namespace cluster_store::apps {

result<std::string> find_program(const std::string& name, const std::string& package) {
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path == nullptr ? "" : path; !rest.empty();) {
    const auto end = std::min(rest.find(':'), rest.size());
    auto candidate = std::string{rest.substr(0, end)} + '/' + name;
    if (::access(candidate.c_str(), X_OK) == 0)
      return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return fail(errc::unsupported, "there is no program " + name
                                     + " in PATH: install it (Debian and Ubuntu: package " + package + ")");
}

result<std::string> run_program(const std::vector<std::string>& arguments,
                                std::chrono::milliseconds time_max) {
  auto process = child_process::start(arguments);
  if (!process)
    return tl::unexpected{process.error()};
  process->close_input();
  const auto end = std::chrono::steady_clock::now() + time_max;
  const auto left = [&] {
    return std::max(std::chrono::milliseconds{0}, std::chrono::duration_cast<std::chrono::milliseconds>(
                                                      end - std::chrono::steady_clock::now()));
  };
  std::string text;
  while (const auto line = process->read_line(left()))
    text += *line + '\n';
  const auto code = process->wait(left());
  if (!code || *code != 0)
    return fail(errc::io_error,
                arguments.front()
                    + (code ? " ended with code " + std::to_string(*code)
                            : " did not end within " + std::to_string(time_max.count()) + " ms")
                    + (text.empty() ? "" : " and said: " + text));
  return text;
}

} // namespace cluster_store::apps
