#include <cluster_store/apps/support/terminal/terminal.hpp>

#include <cstdlib>

#include <unistd.h>

namespace cluster_store::apps {

bool stdout_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool stderr_is_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

std::string emphasised(std::string_view text) {
  const char* no_color = std::getenv("NO_COLOR");
  if (!stdout_is_terminal() || (no_color != nullptr && *no_color != '\0'))
    return std::string{text};
  return "\x1b[1m" + std::string{text} + "\x1b[0m";
}

} // namespace cluster_store::apps
