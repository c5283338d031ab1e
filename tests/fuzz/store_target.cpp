#include <map>
#include <optional>

#include <cluster_store/actors/operations/coding.hpp>
#include <cluster_store/actors/store/core.hpp>
#include <cluster_store/actors/wire/results.hpp>
#include <cluster_store/backends/memory/memory.hpp>

#include <cluster_store/tests/fuzz/byte_source.hpp>
#include <cluster_store/tests/fuzz/property.hpp>
#include <cluster_store/tests/fuzz/targets.hpp>

namespace cluster_store::fuzz {

namespace {

using answers = std::map<std::uint64_t, std::size_t>;

constexpr std::chrono::minutes step{1};

actors::store_core_options small_limits() {
  actors::store_core_options how;
  how.in_flight_max = 64;
  how.group_operations_max = 16;
  how.flow.own_bytes = std::size_t{1} << 40; // `batch` reports nothing, and everything is to be answered
  return how;
}

/// A store with two clients whose batches hold whatever a fuzzer likes, as an admitted process could send.
class store_under_fire {
public:
  store_under_fire() : core_(small_limits(), *engine_) {
    expect(core_.load(wire::token{1}, {}).has_value(), "an empty engine is loaded");
    for (auto& each : clients_) {
      each.bytes.fill(static_cast<std::uint8_t>(&each - clients_.data() + 1));
      grant(each);
    }
  }

  void grant(const backends::client_id& who) {
    using enum actors::rights;
    const auto welcome = core_.grant(who, who == clients_[0] ? administer : operate, 1u << 20);
    expect(welcome && welcome->ticket > last_ticket_, "a client is always welcome, and tickets rise");
    ticket_of_[who] = last_ticket_ = welcome->ticket;
    awaited_[who].clear();
  }

  const backends::client_id& client(bool first) const { return clients_[first ? 0 : 1]; }

  /// @returns how many operations of the batch were readable.
  std::size_t batch(const backends::client_id& who, bool void_ticket, std::uint64_t floor,
                    std::string_view operations) {
    wire::batch_writer head{{who, ticket_of_[who] + (void_ticket ? 1'000 : 0), floor}};
    auto bytes = std::move(head).take();
    bytes += operations;
    std::size_t count = 0;
    auto in = wire::batch_reader::open(bytes);
    for (auto item = in->next(); !void_ticket && item && *item; item = in->next()) {
      ++awaited_[who][(*item)->seq];
      operations::any_of<std::string_view> what;
      count +=
          operations::decode<std::string_view>((*item)->tag, (*item)->body, what) == operations::coding::good
              ? 1
              : 0;
    }
    const auto refusal = core_.submit(bytes);
    backends::invariants::check(core_);
    expect(refusal.has_value() == void_ticket, "a batch is refused if its ticket is void");
    return count;
  }

  void run() {
    now_ += step;
    for (int group = 0; core_.prepare(now_); ++group) {
      expect(group < 10'000, "a store comes to rest");
      backends::invariants::check(core_);
      const auto& staged = core_.staged();
      for (const auto& frame : staged.empty() ? core_.finish() : core_.finish(engine_->apply(staged)))
        take(frame);
      backends::invariants::check(core_);
      expect(!core_.must_restart() && !core_.read_only(), "no operation breaks a store");
    }
    for (const auto& [who, seqs] : awaited_)
      expect(seqs.empty(), "every operation is answered once");
    expect(engine_->length() == core_.figures().sessions, "the store counts what the engine keeps");
  }

  void tick() { core_.tick(steady_time{} + (now_ - wall_time{})); }

private:
  void take(const actors::outgoing_frame& frame) {
    std::string_view bytes{frame.bytes};
    const auto head = wire::take_results_head(bytes);
    expect(head && !head->refusal && head->ticket == ticket_of_[frame.client],
           "answers go to the connection that asked");
    auto& awaited = awaited_[frame.client];
    while (!bytes.empty()) {
      const auto item = wire::take_result(bytes);
      expect(item.has_value(), "what a store answers is readable");
      const auto asked = awaited.find(item->seq);
      expect(asked != awaited.end(), "only what was asked is answered");
      if (--asked->second == 0)
        awaited.erase(asked);
    }
  }

  std::unique_ptr<backends::backend> engine_ = backends::make_memory();
  actors::store_core core_;
  std::array<backends::client_id, 2> clients_;
  std::map<backends::client_id, std::uint64_t> ticket_of_;
  std::map<backends::client_id, answers> awaited_;
  std::uint64_t last_ticket_ = 0;
  wall_time now_{std::chrono::hours{400'000}};
};

} // namespace

/// Commands of one byte: whose turn it is and what happens, then for a batch its floor and length.
bool store(std::string_view bytes) {
  byte_source from{bytes};
  store_under_fire here;
  std::size_t readable = 0;
  while (!from.empty()) {
    const auto command = from.byte();
    const auto& who = here.client((command & 1) != 0);
    if ((command & 6) == 6)
      here.run();
    else if ((command & 14) == 8)
      here.grant(who);
    else if ((command & 14) == 10)
      here.tick();
    else {
      const auto floor = from.any_size();
      readable += here.batch(who, (command & 16) != 0, floor, from.take(from.number<std::uint16_t>()));
    }
  }
  here.run();
  return readable > 0;
}

} // namespace cluster_store::fuzz
