// A worker as `cluster-store serve --workers` starts it: uses the store of its master as its first argument
// says.
//
// steady: writes a session again and again and reads it back until SIGTERM, then says `calls N lost N` and
// ends with 0. chatter LINES: writes lines in pieces that are no lines, short and very long ones: `NUMBER
// LINE xxxx…`.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

#include <unistd.h>

#include <cluster_store/actors/children.hpp>
#include <cluster_store/actors/client.hpp>

namespace {

volatile std::sig_atomic_t asked_to_end = 0;

int be_steady(const std::string& number) {
  struct sigaction on_term {};
  on_term.sa_handler = [](int) { asked_to_end = 1; };
  ::sigaction(SIGTERM, &on_term, nullptr);
  auto how = cluster_store::options_of_child();
  if (!how) {
    std::cerr << how.error().message << '\n';
    return 5;
  }
  how->worker_name = "steady";
  auto store = cluster_store::open(*how);
  if (!store) {
    std::cerr << store.error().message << '\n';
    return asked_to_end != 0 ? 0 : 5;
  }
  std::size_t calls = 0;
  std::size_t lost = 0;
  for (; asked_to_end == 0; ++calls) {
    const auto text = std::to_string(::getpid()) + ' ' + std::to_string(calls);
    const auto id = "session of " + number + ' ' + std::to_string(::getpid());
    const auto set = store->set(id, text);
    const auto read = store->get(id);
    if (!set || !read || !*read || (*read)->data != text)
      ++lost;
  }
  std::cout << "calls " << calls << " lost " << lost << std::endl;
  return 0;
}

void write_in_pieces(std::string_view text, std::mt19937& random) {
  while (!text.empty()) {
    const auto piece = std::min<std::size_t>(1 + random() % 7'000, text.size());
    const auto written = ::write(STDOUT_FILENO, text.data(), piece);
    if (written <= 0)
      std::exit(5);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

int chatter(const std::string& number, int lines) {
  std::mt19937 random{static_cast<std::mt19937::result_type>(::getpid())};
  std::string text;
  for (int line = 0; line < lines; ++line)
    text +=
        number + ' ' + std::to_string(line) + ' '
        + std::string(line % 50 == 49 ? 40'000 : random() % 300, static_cast<char>('a' + number.back() - '0'))
        + '\n';
  write_in_pieces(text + number + " end", random);
  ::close(STDOUT_FILENO);
  ::pause();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const char* const number = std::getenv("CLUSTER_STORE_WORKER");
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (number == nullptr)
    return 2;
  if (what == "steady")
    return be_steady(number);
  return what == "chatter" && argc > 2 ? chatter(number, std::atoi(argv[2])) : 2;
}
