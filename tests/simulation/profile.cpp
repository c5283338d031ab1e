#include <cluster_store/tests/simulation/profile.hpp>

#include <algorithm>
#include <array>

#include <cluster_store/tests/simulation/random_source.hpp>

namespace cluster_store::simulation {

using namespace std::chrono_literals;
using syncing = backends::traits::syncing;

namespace {

/// @returns the time between faults so that about so many come while the programs ask, if all went well.
profile::duration fault_mean_of(const profile& how, std::uint64_t faults) {
  const auto crowds = 2 * how.operations / ((how.candidates + how.elsewhere) * how.crowd_max) + 1;
  const auto one = how.think / 2 + how.delay_max + how.commit_max;
  return std::clamp<profile::duration>(one * crowds / faults, 200us, 500ms);
}

/// Little may be on the way at once.
void make_narrow(profile& how, random_source& random) {
  how.queue.batch_operations_max = random.between(1, 64);
  how.queue.batch_bytes_max = random.one_of(std::array{64, 1'024, 65'536});
  how.queue.batches_in_flight_max = random.between(1, 4);
  how.queue.answers_bytes_max = random.one_of(std::array{64, 1'024, 65'536});
  how.flow.own_bytes = random.one_of(std::array{128, 1'024, 32'768});
  how.flow.requests_bytes_max = random.one_of(std::array{128, 4'096, 1'048'576});
  how.flow.answers_bytes_max = random.one_of(std::array{128, 4'096, 1'048'576});
}

} // namespace

profile profile_of(std::uint64_t seed, defect wrong) {
  random_source random{seed ^ 0x9E37'79B9'7F4A'7C15u};
  profile out;
  out.seed = seed;
  out.wrong = wrong;
  out.candidates = random.between(2, 4);
  out.elsewhere = random.below(3);
  out.keys = random.one_of(std::array{2, 8, 64, 256});
  out.operations = random.between(2'000, 6'000);
  out.crowd_max = random.one_of(std::array{4, 64, 256, 512});
  out.large_data = random.happens(200) ? 100 : 0;
  out.expiring = random.happens(200);
  out.durable = !random.happens(100);
  out.sync = random.one_of(std::array{syncing::always, syncing::always, syncing::always, syncing::always,
                                      syncing::interval, syncing::never});
  // Some defects can only matter in one kind of world.
  if (wrong == defect::incarnation_kept)
    out.durable = false;
  if (wrong == defect::version_reserve_lost) {
    out.durable = true;
    out.sync = syncing::never;
  }
  out.timeout = random.one_of(std::array{300ms, 1'000ms, 5'000ms, 5'000ms, 60'000ms});
  out.group_operations_max = random.one_of(std::array{16, 1'024, 1'024, 1'024});
  out.think = random.one_of(std::array{0us, 500us, 5'000us});
  out.delay_max = random.one_of(std::array{100us, 1'000us, 20'000us});
  out.commit_max = random.one_of(std::array{50us, 1'000us, 10'000us});
  if (random.happens(300))
    make_narrow(out, random);
  if (random.happens(200)) {
    out.clients.clients_max = random.between(out.candidates + out.elsewhere, 12);
    out.clients.retention = random.one_of(std::array{500ms, 5'000ms});
  }
  out.fault_mean = fault_mean_of(out, random.between(6, 20));
  return out;
}

std::string to_string(const profile& what) {
  constexpr std::array<const char*, 3> syncs{"always", "interval", "never"};
  const auto micros = [](profile::duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(time).count()) + " us";
  };
  return std::to_string(what.candidates) + " candidates, " + std::to_string(what.elsewhere) + " elsewhere, "
         + std::to_string(what.operations) + " operations on " + std::to_string(what.keys)
         + " sessions, crowds of " + std::to_string(what.crowd_max) + ", "
         + (what.durable ? "sync=" : "not durable, sync=") + syncs[static_cast<std::size_t>(what.sync)]
         + (what.expiring ? ", expiring" : "") + ", batches of "
         + std::to_string(what.queue.batch_operations_max) + ", own " + std::to_string(what.flow.own_bytes)
         + " bytes, " + std::to_string(what.clients.clients_max) + " clients kept "
         + std::to_string(what.clients.retention.count()) + " ms"
         + (what.large_data != 0 ? ", large data" : "") + ", timeout " + micros(what.timeout) + ", groups of "
         + std::to_string(what.group_operations_max) + ", think " + micros(what.think) + ", delay "
         + micros(what.delay_max) + ", commit " + micros(what.commit_max) + ", faults every "
         + micros(what.fault_mean);
}

} // namespace cluster_store::simulation
