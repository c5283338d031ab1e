#include <cluster_store/tests/simulation/program.hpp>

#include <cstring>

namespace cluster_store::simulation {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t large_bytes = 20 * 1024;

/// How much later than its deadline a call may be answered: a timer may be so late.
constexpr auto lateness_max = 2ms;

ledger::answer read(const version_number& version) {
  return {.failure = {}, .found = true, .version = version};
}

ledger::answer read(bool found) {
  return {.failure = {}, .found = found};
}

ledger::answer read(const std::optional<session>& content) {
  ledger::answer out{.failure = {}, .found = content.has_value()};
  if (content) {
    out.version = content->version;
    std::memcpy(&out.value, content->data.data(), std::min(sizeof out.value, content->data.size()));
  }
  return out;
}

/// An operation of a program.
template <class Operation>
class simulated_call final : public actors::call {
public:
  simulated_call(program& whose, std::uint64_t number) : whose_(&whose), number_(number) {}

  void done(result<wire::reply>&& what) noexcept override {
    if (const auto answer = actors::read_answer<Operation>(std::move(what)))
      whose_->answered(number_, read(*answer));
    else
      whose_->answered(number_, {.failure = answer.error().code, .why = answer.error().message});
  }

private:
  program* whose_;
  std::uint64_t number_;
};

template <class Operation>
std::unique_ptr<actors::call> make(const Operation& what, program& whose, std::uint64_t number) {
  return actors::make_call<simulated_call<Operation>>(what, whose, number);
}

} // namespace

program::program(world& where) : world_(where), worker_(where.books.new_worker()), seen_(where.how.keys) {
  for (std::uint32_t key = 0; key < where.how.keys; ++key)
    ids_.push_back(ledger::id_of(key));
}

std::uint64_t program::note(ledger::kind what, std::uint32_t key, std::optional<version_number> if_version) {
  ++open_;
  return world_.books.ask(
      {.what = what, .worker = worker_, .key = key, .if_version = if_version, .asked = world_.now()});
}

std::unique_ptr<actors::call> program::read(std::uint32_t key) {
  return make(operations::get_of<std::string_view>{ids_[key]}, *this, note(ledger::kind::get, key));
}

const std::string& program::data_of(std::uint64_t number) {
  const bool large = world_.random.happens(static_cast<unsigned>(world_.how.large_data));
  data_.resize(sizeof number + (large ? large_bytes : world_.random.below(64)));
  std::memcpy(data_.data(), &number, sizeof number);
  return data_;
}

std::unique_ptr<actors::call> program::set(std::uint32_t key) {
  set_options how;
  if (world_.random.happens(100))
    how.if_version = seen_[key];
  if (world_.how.expiring && world_.random.happens(300))
    how.ttl = std::chrono::milliseconds{world_.random.between(1, 2'000)};
  const auto number = note(ledger::kind::set, key, how.if_version);
  return make(operations::set_of<std::string_view>{ids_[key], data_of(number), how}, *this, number);
}

std::unique_ptr<actors::call> program::next() {
  const auto key = static_cast<std::uint32_t>(world_.random.below(world_.how.keys));
  const auto kind = world_.random.below(100);
  if (kind < 45)
    return set(key);
  if (kind < 80)
    return read(key);
  if (kind < 90)
    return make(operations::touch_of<std::string_view>{ids_[key], {}}, *this, note(ledger::kind::touch, key));
  return make(operations::destroy_of<std::string_view>{ids_[key]}, *this, note(ledger::kind::destroy, key));
}

void program::answered(std::uint64_t number, const ledger::answer& what) {
  const auto& asked = world_.books.at(number);
  const auto now = world_.now();
  const auto deadline = asked.asked + world_.how.timeout;
  --open_;
  ++world_.met.operations;
  world_.note(number * 64 + (what.failure ? static_cast<std::uint64_t>(*what.failure) : what.version * 2));
  if (now > std::max(deadline, resumed_at_) + lateness_max)
    world_.fail("operation " + std::to_string(number) + " is answered after its deadline");
  if (what.failure) {
    ++world_.met.failed;
    world_.met.unknown += traits_of(*what.failure).effect == applied::maybe ? 1 : 0;
    if (*what.failure == errc::deadline_exceeded && now < deadline)
      world_.fail("operation " + std::to_string(number) + " is given up before its deadline");
  } else if (what.version != 0) {
    seen_[asked.key] = what.version;
  }
  // It was in flight while the store died twice, or when the data became others, or the engine failed it
  // and the answer was lost: failures are not remembered.
  const bool may_be_unknown =
      deaths_[1] >= asked.asked || other_data_ >= asked.asked || world_.place.failed >= asked.asked;
  world_.books.answered(number, what, now, may_be_unknown);
}

} // namespace cluster_store::simulation
