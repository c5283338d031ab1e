// A program of somebody who uses the library: it begins with nothing that helps it, opens a store as its
// arguments say, writes, reads and ends with 0, or with 5 and the message if that is not possible.
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/actors/server.hpp>

namespace {

constexpr int failed = 5;
constexpr int changed_process = 7;

/// What the library must not touch: the descriptors that were closed are not used, the signals are as they
/// were.
struct surroundings {
  std::vector<int> closed;
  sigset_t blocked{};
  bool ignores[64] = {};

  surroundings() {
    for (int stream = 0; stream < 3; ++stream)
      if (::fcntl(stream, F_GETFD) == -1)
        closed.push_back(stream);
    look(blocked, ignores);
  }

  static void look(sigset_t& mask, bool (&ignored)[64]) {
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    for (int number = 1; number < 64; ++number) {
      struct sigaction now {};
      ignored[number] = ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
    }
  }

  bool unchanged() const {
    for (const int stream : closed) {
      struct stat what {};
      if (::fstat(stream, &what) != 0 || !(S_ISCHR(what.st_mode) || S_ISDIR(what.st_mode)))
        return false;
    }
    surroundings now;
    for (int number = 1; number < 64; ++number)
      if (ignores[number] != now.ignores[number]
          || sigismember(&blocked, number) != sigismember(&now.blocked, number))
        return false;
    return true;
  }
};

cluster_store::options options_from(const std::vector<std::string>& arguments) {
  cluster_store::options how;
  how.mode = arguments.at(0) == "worker"   ? cluster_store::mode::worker
             : arguments.at(0) == "master" ? cluster_store::mode::master
                                           : cluster_store::mode::standalone;
  how.store.uri = arguments.at(1);
  if (arguments.size() > 2)
    how.where = *cluster_store::parse_endpoint(arguments.at(2));
  how.connect_timeout = std::chrono::seconds{5};
  return how;
}

int fail(const cluster_store::error& problem) {
  std::cerr << to_string(problem.code) << ": " << problem.message << '\n';
  return failed;
}

int use(const cluster_store::options& how) {
  auto store = cluster_store::open(how);
  if (!store)
    return fail(store.error());
  if (const auto set = store->set("a", "x"); !set)
    return fail(set.error());
  const auto found = store->get("a");
  if (!found || !*found)
    return found ? failed : fail(found.error());
  store->close();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const surroundings before;
  const int code = use(options_from({argv + 1, argv + argc}));
  return before.unchanged() ? code : changed_process;
}
