// A worker process that loads a store through the public API, as it is told by the lines of its input:
//
//     cluster-store-test-load ENDPOINT STORE SECRET_FILE TIMEOUT_MS
//     closed MS IN_FLIGHT    keeps so many sets without an answer, each answer issues the next
//     open MS PER_SECOND     issues so many sets a second, whatever the answers
//
// It prints JSON lines: one with `"event":"done"` for each command, once everything is answered, and one for
// each call of `on_connect` and `on_disconnect`. Times are milliseconds of CLOCK_MONOTONIC.

#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <vector>

#include <nlohmann/json.hpp>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

namespace cluster_store::tests {

namespace {

using steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t keys = 10'000;
constexpr std::size_t data_bytes = 256;
constexpr milliseconds patience{15'000}; ///< For the last answers; longer than any deadline here.
constexpr milliseconds pause_after_refusal{5};

void print(const nlohmann::json& line) {
  static std::mutex mutex;
  const std::lock_guard lock{mutex};
  std::cout << line.dump() + "\n" << std::flush;
}

std::int64_t milliseconds_of(steady::time_point when) {
  return std::chrono::duration_cast<milliseconds>(when.time_since_epoch()).count();
}

/// Issues operations and counts their answers. Answers come on the handle's thread or, when an operation is
/// refused at once, on the one that issues.
class generator {
public:
  explicit generator(client store) : store_(std::move(store)) {}

  void closed(milliseconds time, std::size_t in_flight) {
    begin(in_flight, true);
    const auto end = steady::now() + time;
    while (steady::now() < end) {
      for (auto left = free_places(); left > 0; --left)
        issue();
      rest(pause_after_refusal);
    }
    finish("closed", time);
  }

  void open(milliseconds time, std::uint64_t per_second) {
    begin(places_max, false);
    const auto start = steady::now();
    for (auto passed = milliseconds{0}; passed < time;
         passed = std::chrono::duration_cast<milliseconds>(steady::now() - start)) {
      const auto wanted = per_second * static_cast<std::uint64_t>(passed.count()) / 1'000;
      while (offered_ < wanted && issue()) {
      }
      rest(milliseconds{1});
    }
    finish("open", time);
  }

private:
  static constexpr std::size_t places_max = 100'000; ///< Much more than a handle's queue may take.

  /// Where one operation waits for its answer.
  struct place {
    std::uint32_t uses = 0; ///< Tells a second answer to one operation from the first to the next.
    bool waits = false;
    steady::time_point issued;
  };

  static void rest(milliseconds time) {
    wait_until([] { return false; }, within(time));
  }

  void begin(std::size_t places, bool goes_on) {
    const std::lock_guard lock{mutex_};
    places_.resize(std::max(places, places_.size()));
    free_.clear();
    for (std::uint32_t index = 0; index < places; ++index)
      free_.push_back(index);
    goes_on_ = goes_on;
    offered_ = answered_ = succeeded_ = 0;
    longest_ = {};
    errors_.clear();
  }

  std::size_t free_places() {
    const std::lock_guard lock{mutex_};
    return free_.size();
  }

  /// @returns false if all places are taken.
  bool issue() {
    std::uint32_t index = 0;
    std::uint32_t use = 0;
    {
      const std::lock_guard lock{mutex_};
      if (free_.empty())
        return false;
      index = free_.back();
      free_.pop_back();
      ++offered_;
      use = ++places_[index].uses;
      places_[index].waits = true;
      places_[index].issued = steady::now();
    }
    store_.set(id_of(index, use), data_, {},
               [this, index, use](const result<version_number>& outcome) { take(index, use, outcome); });
    return true;
  }

  static std::string id_of(std::uint32_t index, std::uint32_t use) {
    return "session-" + std::to_string((index * 7'919 + use * 104'729) % keys);
  }

  void take(std::uint32_t index, std::uint32_t use, const result<version_number>& outcome) {
    bool next = false;
    {
      const std::lock_guard lock{mutex_};
      auto& mine = places_[index];
      if (mine.uses != use || !mine.waits) {
        ++answered_twice_;
        return;
      }
      mine.waits = false;
      free_.push_back(index);
      ++answered_;
      longest_ = std::max(longest_, steady::now() - mine.issued);
      if (outcome)
        ++succeeded_;
      else
        ++errors_[std::string{to_string(outcome.error().code)}];
      // Who was refused at once comes back by the loop of `closed`, after a pause.
      next = goes_on_ && (outcome || outcome.error().code == errc::deadline_exceeded);
    }
    if (next)
      issue();
  }

  void finish(const char* command, milliseconds time) {
    {
      const std::lock_guard lock{mutex_};
      goes_on_ = false;
    }
    const auto all = [this] {
      const std::lock_guard lock{mutex_};
      return answered_ == offered_;
    };
    wait_until(all, within(patience));
    const std::lock_guard lock{mutex_};
    print({{"event", "done"},
           {"command", command},
           {"milliseconds", time.count()},
           {"offered", offered_},
           {"answered", answered_},
           {"answered_twice", answered_twice_},
           {"succeeded", succeeded_},
           {"errors", errors_},
           {"longest_ms", std::chrono::duration_cast<milliseconds>(longest_).count()}});
  }

  client store_;
  const std::string data_ = std::string(data_bytes, 'x');
  std::mutex mutex_;
  std::vector<place> places_;
  std::vector<std::uint32_t> free_;
  bool goes_on_ = false;
  std::uint64_t offered_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t answered_twice_ = 0;
  std::uint64_t succeeded_ = 0;
  steady::duration longest_{};
  std::map<std::string, std::uint64_t> errors_;
};

options options_of(char** arguments) {
  options how;
  how.mode = mode::worker;
  how.where = parse_endpoint(arguments[1]).value();
  how.store.name = arguments[2];
  how.secret_file = arguments[3];
  how.calls.timeout = milliseconds{std::stoul(arguments[4])};
  how.worker_name = "test-load";
  how.on_connect = [] { print({{"event", "connect"}, {"at", milliseconds_of(steady::now())}}); };
  how.on_disconnect = [](const error& why) {
    print({{"event", "disconnect"}, {"at", milliseconds_of(steady::now())}, {"why", why.message}});
  };
  return how;
}

int run(char** arguments) {
  auto store = cluster_store::open(options_of(arguments));
  if (!store) {
    std::cerr << store.error().message << '\n';
    return 5;
  }
  generator load{*store};
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words{line};
    std::string command;
    std::int64_t time = 0;
    std::size_t amount = 0;
    words >> command >> time >> amount;
    if (command == "closed")
      load.closed(milliseconds{time}, amount);
    else
      load.open(milliseconds{time}, amount);
  }
  store->close();
  return 0;
}

} // namespace

} // namespace cluster_store::tests

int main(int argc, char** argv) {
  return argc == 5 ? cluster_store::tests::run(argv) : 2;
}
