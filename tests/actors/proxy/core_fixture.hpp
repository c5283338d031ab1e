#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <cluster_store/actors/proxy/core.hpp>
#include <cluster_store/tests/support/operation.hpp>

namespace cluster_store::tests {

using namespace std::chrono_literals;

/// Answers of operations, by the name the test gave each of them.
using outcomes = std::map<std::string, std::vector<result<test_answer>>>;

/// An operation that writes down how it was answered.
class recorded_call final : public actors::call {
public:
  recorded_call(outcomes& into, std::string name) : into_(&into), name_(std::move(name)) {}
  void done(result<wire::reply>&& what) noexcept override { (*into_)[name_].push_back(read_reply(what)); }

private:
  outcomes* into_;
  std::string name_;
};

/// `get(name)` for names that begin with "read", else `set(name)`.
inline std::unique_ptr<actors::call> recorded(const std::string& name, outcomes& into) {
  if (name.starts_with("read"))
    return actors::make_call<recorded_call>(operations::get_of<std::string>{name}, into, name);
  return actors::make_call<recorded_call>(operations::set_of<std::string>{name, {}, {}}, into, name);
}

/// A batch as the store actor would read it.
struct seen_batch {
  wire::batch_head head;
  std::size_t operation_bytes = 0;
  std::vector<std::pair<std::uint64_t, std::string>> items; ///< Number and id.
};

/// @pre it is a `get` or a `set`.
inline std::string id_of(const operations::any_of<std::string>& what) {
  const auto* const read = std::get_if<operations::get_of<std::string>>(&what);
  return read != nullptr ? read->id : std::get<operations::set_of<std::string>>(what).id;
}

inline seen_batch read_batch(const std::string& bytes) {
  auto reader = wire::batch_reader::open(bytes).value();
  seen_batch out{reader.head(), reader.operation_bytes(), {}};
  while (auto item = reader.next().value())
    out.items.emplace_back(item->seq, id_of(read_item(*item).value()));
  return out;
}

inline std::vector<std::string> ids_of(const seen_batch& batch) {
  std::vector<std::string> ids;
  for (const auto& [seq, id] : batch.items)
    ids.push_back(id);
  return ids;
}

/// A results frame that answers `seqs` in the way of a `set` with version = seq.
inline std::string answers(std::uint64_t ticket, const std::vector<std::uint64_t>& seqs) {
  std::string out;
  wire::append_results_head({ticket, {}, 0}, out);
  for (auto seq : seqs)
    wire::append_reply(seq, operations::set_of<std::string>::is.tag, out,
                       [&](auto& to) { operations::write(to, version_number{seq}); });
  return out;
}

/// A proxy core with a clock that stands still, and everything it wanted done.
struct core_fixture {
  explicit core_fixture(actors::proxy_core::settings how = {}) : core(prepared(std::move(how)), now) {}

  actors::proxy_core::settings prepared(actors::proxy_core::settings how) {
    how.random = [this] { return random(); };
    return how;
  }

  /// Issues `set(name)` or, for names that begin with "read", `get(name)`.
  void issue(const std::string& name) { core.submit(recorded(name, answered), now); }

  void send(const std::string& name) {
    issue(name);
    core.flush(now);
    collect();
  }

  void collect() {
    backends::invariants::check(core);
    for (auto& each : core.take_effects()) {
      if (auto* hello = std::get_if<actors::say_hello>(&each))
        hellos.emplace_back(hello->attempt, wire::decode_hello(hello->bytes).value());
      else if (auto* batch = std::get_if<actors::send_batch>(&each))
        batches.push_back(read_batch(batch->bytes));
      else if (auto* bye = std::get_if<actors::say_bye>(&each))
        byes.push_back(wire::decode_bye(bye->bytes).value());
      else if (std::holds_alternative<actors::connected>(each))
        edges += '+';
      else if (auto* lost = std::get_if<actors::disconnected>(&each))
        edges += '-', reasons.push_back(lost->reason);
      else
        failures.push_back(std::get<actors::attempt_failed>(each).reason);
    }
  }

  wire::welcome invitation() {
    wire::welcome out;
    out.ticket = ++last_ticket;
    out.incarnation = incarnation;
    out.in_flight_max = in_flight_max;
    out.requests_granted = requests_granted;
    out.forgotten_ticket = forgotten_ticket;
    return out;
  }

  /// Answers the last hello.
  void welcome(bool known = false, std::uint64_t last_applied = 0) {
    auto out = invitation();
    out.known = known;
    out.last_applied = last_applied;
    core.welcomed(hellos.back().first, out, now);
    collect();
  }

  void link_up() {
    core.link_up(pass, now);
    collect();
  }

  void link_down(errc code = errc::unavailable) {
    core.link_down({code, "cut"}, now);
    collect();
  }

  void connect() {
    link_up();
    welcome();
  }

  void answer(const std::vector<std::uint64_t>& seqs) {
    core.results(answers(last_ticket, seqs), now);
    core.flush(now);
    collect();
  }

  /// The store says how many bytes of operations may have been sent.
  void grant(std::uint64_t bytes) {
    std::string out;
    wire::append_results_head({last_ticket, {}, bytes}, out);
    core.results(out, now);
    core.flush(now);
    collect();
  }

  void refuse(std::uint64_t ticket) {
    std::string out;
    wire::append_results_head({ticket, errc::unavailable}, out);
    core.results(out, now);
    collect();
  }

  void lose_store(bool died) {
    core.store_lost(died, now);
    collect();
  }

  void wait(std::chrono::milliseconds passed) {
    now += passed;
    core.tick(now);
    core.flush(now);
    collect();
  }

  /// @returns the code `name` was answered with; nothing if it succeeded. @pre answered exactly once.
  std::optional<errc> code_of(const std::string& name) const {
    const auto& all = answered.at(name);
    if (all.size() != 1)
      throw std::logic_error(name + " was answered " + std::to_string(all.size()) + " times");
    return all.front() ? std::nullopt : std::optional{all.front().error().code};
  }

  bool is_open(const std::string& name) const { return !answered.contains(name); }

  std::mt19937_64 random{7};
  steady_time now{std::chrono::hours{5}};
  wire::token pass{{9}};
  wire::token incarnation{{1, 2, 3}};
  std::uint32_t in_flight_max = 16'384;
  std::uint64_t requests_granted = std::uint64_t{1} << 40;
  std::uint64_t forgotten_ticket = 0;
  std::uint64_t last_ticket = 0;
  outcomes answered;
  std::vector<std::pair<std::uint64_t, wire::hello>> hellos;
  std::vector<seen_batch> batches;
  std::vector<wire::bye> byes;
  std::string edges; ///< `+` for connect, `-` for disconnect.
  std::vector<error> reasons;
  std::vector<error> failures;
  actors::proxy_core core;
};

} // namespace cluster_store::tests
