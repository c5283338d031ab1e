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
  out.timeout = random.one_of(std::array{300ms, 1'000ms, 5'000ms, 5'000ms, 60'000ms});
  out.group_operations_max = random.one_of(std::array{16, 1'024, 1'024, 1'024});
  out.think = random.one_of(std::array{0us, 500us, 5'000us});
  out.delay_max = random.one_of(std::array{100us, 1'000us, 20'000us});
  out.commit_max = random.one_of(std::array{50us, 1'000us, 10'000us});
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
         + (what.expiring ? ", expiring" : "") + (what.large_data != 0 ? ", large data" : "") + ", timeout "
         + micros(what.timeout) + ", groups of " + std::to_string(what.group_operations_max) + ", think "
         + micros(what.think) + ", delay " + micros(what.delay_max) + ", commit " + micros(what.commit_max)
         + ", faults every " + micros(what.fault_mean);
}

} // namespace cluster_store::simulation
