#include <cluster_store/tests/support/attackers.hpp>

#include <algorithm>
#include <system_error>

namespace cluster_store::tests {

namespace {

constexpr std::size_t oversized_bytes = 256 * 1024;
constexpr std::chrono::milliseconds between_drips{50};

std::string random_bytes(std::mt19937_64& random, std::size_t count) {
  std::string bytes(count, '\0');
  std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
  return bytes;
}

/// A header of BASP that announces the handshake of a client or a server, without a payload.
std::string bare_handshake(std::mt19937_64& random) {
  std::string header(32, '\0');
  header[0] = static_cast<char>(random() % 2);
  return header;
}

std::string first_words(attack how, const recorded_admission& overheard, std::mt19937_64& random) {
  auto hello = overheard.hello;
  switch (how) {
  case attack::silence:
  case attack::leave:
    return {};
  case attack::random:
    return random_bytes(random, 1 + random() % 1'000);
  case attack::text:
    return "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  case attack::bare_caf:
    return bare_handshake(random);
  case attack::truncated:
    return hello.substr(0, random() % hello.size());
  case attack::oversized:
    return hello + random_bytes(random, oversized_bytes);
  case attack::damaged:
    hello[random() % hello.size()] ^= static_cast<char>(1U << random() % 8);
    return hello + overheard.proof;
  case attack::replayed:
    return hello + overheard.proof;
  case attack::reflected:
    return overheard.challenge + overheard.welcome;
  case attack::wrong_proof:
    return hello + overheard.proof.substr(0, 16) + random_bytes(random, overheard.proof.size() - 16);
  }
  return {};
}

} // namespace

stranger visit(const std::string& endpoint, attack how, const recorded_admission& overheard,
               std::mt19937_64& random) {
  stranger who{endpoint};
  who.send(first_words(how, overheard, random), within(std::chrono::milliseconds{20}));
  if (how == attack::leave || how == attack::truncated)
    who.close();
  return who;
}

attackers::attackers(std::string endpoint, recorded_admission overheard, const settings& how)
    : endpoint_(std::move(endpoint)), overheard_(std::move(overheard)), how_(how), random_(how.seed) {
  thread_ = std::jthread{[this](const std::stop_token& stop) { work(stop); }};
}

attackers::~attackers() = default;

void attackers::go() {
  const std::lock_guard lock{mutex_};
  active_ = true;
  resting_ = false;
  changed_.notify_all();
}

void attackers::rest() {
  std::unique_lock lock{mutex_};
  active_ = false;
  changed_.wait(lock, [this] { return resting_; });
}

/// One more byte of each slow one; who was sent away comes again.
void attackers::drip() {
  std::erase_if(slow_, [](slow_one& each) { return each.connection.is_closed(); });
  while (slow_.size() < how_.slow)
    slow_.push_back({stranger{endpoint_}});
  for (auto& each : slow_)
    if (each.said < overheard_.hello.size())
      each.connection.send(overheard_.hello.substr(each.said++, 1), within(std::chrono::milliseconds{0}));
}

void attackers::work(const std::stop_token& stop) {
  const auto between = std::chrono::nanoseconds{std::chrono::seconds{1}} / how_.per_second;
  auto next_drip = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock{mutex_};
      if (!active_) {
        open_.clear();
        slow_.clear();
        resting_ = true;
        changed_.notify_all();
        if (!changed_.wait(lock, stop, [this] { return active_; }))
          return;
      }
    }
    const auto next = std::chrono::steady_clock::now() + between;
    try {
      const auto how = static_cast<attack>(random_() % attack_kinds);
      open_.push_back(visit(endpoint_, how, overheard_, random_));
      ++visits_;
      std::erase_if(open_, [](stranger& each) { return each.is_closed(); });
      if (next >= next_drip) {
        next_drip = next + between_drips;
        drip();
      }
    } catch (const std::system_error&) { // the master is away or has no room: they try again
    }
    wait_until([&] { return stop.stop_requested() || std::chrono::steady_clock::now() >= next; }, next);
  }
}

} // namespace cluster_store::tests
