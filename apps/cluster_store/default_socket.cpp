#include <cluster_store/apps/cluster_store/default_socket.hpp>

#include <sys/stat.h>
#include <unistd.h>

namespace cluster_store::apps {

std::string default_socket_hint(const std::string& tried, const std::optional<std::string>& runtime_directory,
                                uid_t user, const std::function<bool(const std::string&)>& is_own) {
  const auto directory = runtime_directory.value_or("not set");
  const auto hint = "without --connect it is this socket, since XDG_RUNTIME_DIR is "
                    + (runtime_directory && !directory.starts_with('/') ? "no absolute path" : directory);
  const auto number = std::to_string(user);
  std::string missing;
  for (const auto& other : {"/run/user/" + number + "/cluster-store.sock",
                            "/tmp/cluster-store-" + number + "/cluster-store.sock"}) {
    if (other == tried)
      continue;
    if (is_own(other))
      return hint + "; there is a socket at " + other + ": try --connect unix:" + other;
    missing += (missing.empty() ? "" : " or ") + other;
  }
  return hint + "; there is none at " + missing + " either: name the master's with --connect";
}

bool is_own_socket(const std::string& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0 && S_ISSOCK(about.st_mode) && about.st_uid == ::geteuid();
}

} // namespace cluster_store::apps
