#include <cluster_store/actors/handle/options_check.hpp>

#include <algorithm>
#include <array>
#include <string>

#include <cluster_store/actors/wire/wire.hpp>

namespace cluster_store::actors {

namespace {

struct range {
  std::string_view option;
  std::uint64_t value;
  std::uint64_t least;
  std::uint64_t most;
};

constexpr std::uint64_t timeout_max_milliseconds = 600'000;

result<void> check(const range& what) {
  if (what.value >= what.least && what.value <= what.most)
    return {};
  return fail(errc::invalid_argument, std::string{what.option} + " is " + std::to_string(what.value)
                                          + "; it must be " + std::to_string(what.least) + "–"
                                          + std::to_string(what.most));
}

/// Negative times count as 0, which no range allows.
std::uint64_t milliseconds(std::chrono::milliseconds time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

bool is_name_character(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9')
         || each == '.' || each == '_' || each == '-';
}

} // namespace

result<void> check_store_name(std::string_view name) {
  if (!name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), is_name_character))
    return {};
  return fail(errc::invalid_argument,
              "a store's name must be 1–64 letters, digits, dots, underscores or hyphens; this one has "
                  + std::to_string(name.size()) + " bytes" + (name.empty() ? "" : " or other characters"));
}

result<void> check_options(const options& how) {
  if (auto valid = check_store_name(how.store.name); !valid)
    return valid;
  constexpr std::uint64_t any = UINT64_MAX;
  const std::array ranges{
      range{"calls.timeout in milliseconds", milliseconds(how.calls.timeout), 1, timeout_max_milliseconds},
      range{"connect_timeout in milliseconds", milliseconds(how.connect_timeout), 1,
            timeout_max_milliseconds},
      range{"the length of worker_name", how.worker_name.size(), 0, 64},
      range{"queue.operations_max", how.queue.operations_max, 1, 65'536},
      range{"queue.bytes_max", how.queue.bytes_max, 1, any},
      range{"queue.batch_operations_max", how.queue.batch_operations_max, 1, 65'536},
      range{"queue.batch_bytes_max", how.queue.batch_bytes_max, 1, wire::frame_bytes_max},
      range{"queue.batches_in_flight_max", how.queue.batches_in_flight_max, 1, 64},
  };
  for (const auto& each : ranges)
    if (auto valid = check(each); !valid)
      return valid;
  return {};
}

} // namespace cluster_store::actors
