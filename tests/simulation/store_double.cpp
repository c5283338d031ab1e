#include <cluster_store/tests/simulation/store_double.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include <cluster_store/actors/wire/results.hpp>

namespace cluster_store::simulation {

using namespace std::chrono_literals;
using syncing = backends::traits::syncing;

namespace {

actors::store_core_options options_of(const profile& how) {
  actors::store_core_options out;
  out.group_operations_max = how.group_operations_max;
  out.clients = how.clients;
  out.flow = how.flow;
  return out;
}

} // namespace

store_double::store_double(world& where, std::uint32_t process, std::uint32_t life, listener tell)
    : world_(where),
      process_(process),
      life_(life),
      run_(++where.runs),
      tell_(std::move(tell)),
      engine_(where.place, where.books, where.how, where.random),
      core_(options_of(where.how), engine_) {}

event store_double::at_self(happening what) const {
  return {.what = what, .process = process_, .life = life_, .number = run_};
}

result<void> store_double::start() {
  wire::token fresh{};
  for (auto& each : fresh)
    each = static_cast<std::uint8_t>(world_.random.bits());
  auto loaded = core_.load(fresh, world_.now());
  if (!loaded)
    return loaded;
  if (world_.how.sync == syncing::always)
    static_cast<void>(engine_.sync());
  world_.after(1s, at_self(happening::store_tick));
  return {};
}

// -- the mailbox
// ---------------------------------------------------------------------------------------------

void store_double::take(std::uint64_t connection, message&& what) {
  accept({{}, connection, std::move(what)});
}

void store_double::take(order&& what) {
  accept({[this, what = std::move(what)] { grant(what); }, 0, {}});
}

void store_double::left(std::uint64_t connection) {
  accept({[this, connection] {
            for (auto at = routes_.begin(); at != routes_.end();) {
              if (at->second.connection != connection) {
                ++at;
                continue;
              }
              core_.left(at->first, at->second.ticket, world_.now());
              at = routes_.erase(at);
            }
            arm();
          },
          0,
          {}});
}

void store_double::accept(item&& what) {
  if (busy_)
    mailbox_.push_back(std::move(what));
  else
    execute(what);
}

void store_double::execute(item& what) {
  if (dead_)
    return;
  if (what.run)
    return what.run();
  if (what.what.what == message::kind::batch)
    return batch(what.connection, std::move(what.what.bytes));
  if (const auto farewell = wire::decode_bye(what.what.bytes)) {
    core_.said_bye(*farewell);
    arm();
  }
}

/// Counts what is answered from memory, and does what `defect::void_ticket_accepted` says.
/// @returns whether the ticket is void.
bool store_double::watch(std::string& batch) {
  auto in = wire::batch_reader::open(batch);
  if (!in) {
    world_.fail("a batch is not readable");
    return false;
  }
  const auto found = routes_.find(in->head().client);
  if (found == routes_.end())
    return true;
  const auto& known = found->second;
  if (known.ticket != in->head().ticket) {
    constexpr std::size_t ticket_at = sizeof(backends::client_id);
    if (world_.how.wrong == defect::void_ticket_accepted)
      std::memcpy(batch.data() + ticket_at, &known.ticket, sizeof known.ticket);
    return true;
  }
  for (auto next = in->next(); next && *next && (*next)->seq <= known.applied; next = in->next())
    if (operations::changes((*next)->tag))
      ++world_.met.remembered;
  return false;
}

void store_double::batch(std::uint64_t connection, std::string&& bytes) {
  const bool is_void = watch(bytes);
  auto refusal = core_.submit(std::move(bytes));
  if (is_void && !refusal)
    world_.fail("a batch with a void ticket was accepted");
  if (!refusal)
    return arm();
  ++world_.met.refused_batches;
  if (auto* const over = world_.find(connection))
    world_.send(*over, connection::worker,
                {.what = message::kind::results, .run = run_, .bytes = *std::move(refusal)});
}

void store_double::grant(const order& what) {
  auto welcome = core_.grant(what.said.client, what.allowed, what.said.answers_window);
  if (welcome) {
    if (welcome->ticket <= world_.last_ticket)
      world_.fail("a ticket was given out before");
    world_.last_ticket = std::max(world_.last_ticket, welcome->ticket);
    routes_[what.said.client] = {welcome->ticket, what.connection, welcome->last_applied};
  }
  tell_.granted(what.number, std::move(welcome));
}

// -- groups
// --------------------------------------------------------------------------------------------------

void store_double::arm() {
  if (!std::exchange(armed_, true))
    world_.after(world_.random.between(1us, 20us), at_self(happening::store_flush));
}

void store_double::flush() {
  armed_ = false;
  if (busy_ || dead_)
    return;
  const auto shown = world_.wall();
  world_.books.saw(clock_(shown));
  if (!core_.prepare(shown)) {
    dead_ = core_.must_restart();
    return;
  }
  if (core_.staged().empty()) {
    verdict_.reset();
    return finish();
  }
  verdict_ = engine_.apply(core_.staged());
  ++world_.met.commits;
  written_ = world_.place.data.applied();
  busy_ = true;
  if (world_.how.wrong == defect::answer_before_commit)
    finish();
  const auto longest = world_.how.commit_max * world_.place.mood.slowness;
  world_.after(world_.random.between(longest / 20, longest), at_self(happening::store_committed));
}

void store_double::committed() {
  if (!busy_)
    return;
  busy_ = false;
  if (world_.how.sync == syncing::always && *verdict_ && world_.how.wrong != defect::commit_not_synced) {
    world_.place.data.sync(written_);
    world_.books.synced(written_);
  }
  if (world_.how.wrong != defect::answer_before_commit)
    finish();
  while (!mailbox_.empty() && !dead_) {
    auto next = std::move(mailbox_.front());
    mailbox_.pop_front();
    execute(next);
  }
}

void store_double::finish() {
  send(verdict_ ? core_.finish(*verdict_) : core_.finish());
  if (core_.must_restart())
    dead_ = true;
  else
    arm();
}

void store_double::send(std::vector<actors::outgoing_frame> frames) {
  for (auto& frame : frames) {
    const auto at = routes_.find(frame.client);
    if (at == routes_.end())
      continue;
    if (world_.how.wrong == defect::results_swapped && world_.random.happens(50))
      swap_results(frame.bytes);
    if (auto* const over = world_.find(at->second.connection))
      world_.send(*over, connection::worker,
                  {.what = message::kind::results, .run = run_, .bytes = std::move(frame.bytes)});
  }
}

/// The first two of them, if they are of sets.
void store_double::swap_results(std::string& frame) {
  std::string_view rest{frame};
  const auto head = wire::take_results_head(rest);
  const auto first = wire::take_result(rest);
  const auto second = wire::take_result(rest);
  if (!head || !first || !second || !first->what || !second->what || first->what->tag != second->what->tag)
    return;
  std::string made;
  wire::append_results_head(*head, made);
  const auto append = [&](std::uint64_t seq, const wire::reply& what) {
    wire::append_reply(seq, what.tag, made, [&](wire::writer& to) { to.raw(what.body); });
  };
  append(first->seq, *second->what);
  append(second->seq, *first->what);
  frame = made.append(rest);
}

void store_double::tick() {
  world_.after(1s, at_self(happening::store_tick));
  accept({[this] {
            for (const auto& stuck : core_.tick(world_.now()))
              if (const auto at = routes_.find(stuck); at != routes_.end())
                tell_.is_stuck(at->second.connection);
            arm();
            if (world_.how.sync == syncing::interval)
              static_cast<void>(engine_.sync());
          },
          0,
          {}});
}

} // namespace cluster_store::simulation
