// A program that forks while it has a handle open, and does in the child what it is asked to.
//
// Usage: MODE URI ENDPOINT MOMENT DEED. Ends with 0 if parent and child saw what they should.

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/support/every_call.hpp>

using namespace cluster_store;

namespace {

using namespace std::chrono_literals;

constexpr int child_ok = 7; ///< What a child ends with by itself.

bool expect(bool holds, const char* what) {
  if (!holds)
    std::cerr << ::getpid() << ": not so: " << what << std::endl;
  return holds;
}

options options_from(char** given) {
  options how;
  how.mode = given[0] == std::string_view{"standalone"} ? mode::standalone
             : given[0] == std::string_view{"worker"}   ? mode::worker
                                                        : mode::master;
  how.store.uri = given[1];
  how.where = parse_endpoint(given[2]).value();
  return how;
}

/// Every call on the parent's things. @returns whether each was refused as it should be, at once.
bool all_refused(client& store, server& master) {
  const auto begin = std::chrono::steady_clock::now();
  std::size_t refused = 0;
  const auto note = [&refused](const auto& answer) {
    refused += !answer && answer.error().code == errc::unavailable
                       && answer.error().message.find("another process") != std::string::npos
                   ? 1u
                   : 0u;
  };
  const auto calls = tests::make_every_call(store, note);
  const bool has_server =
      !master.status().stores.empty() || master.reload_certificates().error().code == errc::unavailable;
  if (has_server) {
    note(master.open()), note(master.reload_certificates());
    master.stop();
  }
  store.close();
  return expect(refused == calls + (has_server ? 2 : 0), "every call is refused")
         && expect(!store.status().connected && !store.capabilities().all, "it is not connected")
         && expect(std::chrono::steady_clock::now() - begin < 2s, "at once");
}

bool works(const options& how) {
  auto mine = cluster_store::open(how);
  if (!mine)
    return expect(false, mine.error().message.c_str());
  return expect(mine->set("child", "x").has_value(), "the child's own handle sets")
         && expect(mine->get("child")->has_value(), "and gets");
}

struct things {
  client store;
  server master;
  options how;
};

int descend(things& all, std::string_view deed);

/// Forks. @returns whether the child ended as it should, soon.
bool fork_and_wait(things& all, std::string_view deed) {
  const auto child = ::fork();
  if (child == 0)
    ::_exit(descend(all, deed));
  int status = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() - begin > 20s) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return expect(false, "the child ends");
    }
    std::this_thread::yield();
  }
  return expect(WIFEXITED(status) && WEXITSTATUS(status) == child_ok, "the child ends as it should");
}

/// What the child does. @returns its exit code.
int descend(things& all, std::string_view deed) {
  if (deed == "leave")
    return child_ok;
  if (deed == "exit")
    std::exit(all_refused(all.store, all.master) ? child_ok : 1);
  if (deed == "destroy") {
    all.store = {};
    all.master = {};
    std::exit(child_ok);
  }
  if (deed == "grandchild")
    return all_refused(all.store, all.master) && fork_and_wait(all, "exit") ? child_ok : 1;
  auto how = all.how;
  if (deed == "standalone") {
    how.mode = mode::standalone;
    how.store.uri = "memory:";
  } else if (deed == "master") {
    how.mode = mode::master;
    how.store.uri = "memory:";
    how.where.path += std::to_string(::getpid());
  } else {
    how.mode = mode::worker;
  }
  if (!all_refused(all.store, all.master) || !works(how))
    return 1;
  if (deed != "worker_exits")
    return child_ok;
  static auto kept = cluster_store::open(how).value(); // what the child leaves open at its own end
  std::exit(kept.set("child", "x") ? child_ok : 1);
}

/// Forks while other threads are in the middle of calls.
bool fork_in_traffic(things& all, std::string_view deed) {
  std::atomic<bool> over{false};
  std::atomic<bool> failed{false};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&, i] {
      while (!over)
        if (!all.store.set(std::to_string(i), "x") || !all.store.get_async(std::to_string(i)).get())
          failed = true;
    });
  bool good = true;
  for (int round = 0; round < 10 && good; ++round)
    good = fork_and_wait(all, deed);
  over = true;
  for (auto& each : callers)
    each.join();
  return good && expect(!failed, "the parent's calls go on");
}

bool fork_at(things& all, std::string_view moment, std::string_view deed) {
  if (moment == "idle")
    return fork_and_wait(all, deed);
  if (moment == "traffic")
    return fork_in_traffic(all, deed);
  std::promise<bool> done;
  if (moment == "thread") {
    std::thread{[&] { done.set_value(fork_and_wait(all, deed)); }}.join();
  } else if (moment == "callback") {
    all.store.get("a", [&](const auto&) { done.set_value(fork_and_wait(all, deed)); });
  } else { // a child that returns from the callback it was forked in
    all.store.get("a", [&](const auto&) {
      const auto child = ::fork();
      if (child == 0)
        return;
      int status = 0;
      ::waitpid(child, &status, 0);
      done.set_value(expect(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE, "such a child ends"));
    });
  }
  return done.get_future().get();
}

} // namespace

int main(int count, char** arguments) {
  if (count != 6)
    return 2;
  things all;
  all.how = options_from(arguments + 1);
  if (all.how.mode == mode::master) {
    server_options what;
    what.stores = {all.how.store};
    what.listen = {all.how.where};
    all.master = serve(what).value();
    all.store = all.master.open().value();
  } else {
    all.store = cluster_store::open(all.how).value();
  }
  if (!fork_at(all, arguments[4], arguments[5]))
    return 1;
  const bool well = expect(all.store.set("after", "x").has_value(), "the parent's handle works afterwards")
                    && expect(all.store.status().connects == 1, "and was never disconnected");
  all.store.close();
  all.master.stop();
  return well ? 0 : 1;
}
