#include <cluster_store/apps/bench/peers/redis_benchmark.hpp>

#include <algorithm>
#include <charconv>

#include <cluster_store/apps/support/processes/other_program.hpp>

namespace cluster_store::apps {

namespace {

constexpr std::chrono::minutes run_time_max{30};

/// @returns what follows the first comma outside of quotes: a number in quotes, if this is the row of a test.
std::optional<double> rate_in(std::string_view line) {
  constexpr std::string_view between = "\",\"";
  const auto name_end = line.find(between);
  if (name_end == std::string_view::npos)
    return std::nullopt;
  line.remove_prefix(name_end + between.size());
  double rate = 0;
  const auto read = std::from_chars(line.data(), line.data() + line.size(), rate);
  return read.ec == std::errc{} ? std::optional{rate} : std::nullopt;
}

} // namespace

std::vector<std::string> redis_benchmark_arguments(const redis_address& where, const load_settings& how,
                                                   operation_kind kind, const redis_benchmark_shape& shape,
                                                   std::uint64_t requests) {
  auto arguments = where.flags();
  const auto add = [&](std::initializer_list<std::string> more) { arguments.insert(arguments.end(), more); };
  // Whole pipelines: it calls its last one's surplus "all clients disconnected" when its clock ticks just
  // then.
  const auto pipelines = (requests + shape.pipeline - 1) / shape.pipeline;
  add({"-c", std::to_string(shape.connections), "-P", std::to_string(shape.pipeline), "-r",
       std::to_string(how.keys), "-d", std::to_string(how.value_bytes), "-n",
       std::to_string(pipelines * shape.pipeline), "--csv"});
  if (kind == operation_kind::touch)
    add({"PEXPIRE", "key:__rand_int__", std::to_string(ttl_of(how.what).value().count())});
  else
    add({"-t", kind == operation_kind::get ? "get" : "set"});
  return arguments;
}

result<double> parse_redis_benchmark_csv(std::string_view text) {
  for (auto rest = text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (const auto rate = rate_in(line))
      return *rate;
  }
  return fail(errc::corrupt, "redis-benchmark printed no rate: " + std::string{text.substr(0, 200)});
}

result<double> redis_benchmark::run_requests(operation_kind kind, double requests) const {
  auto program = find_program("redis-benchmark", "redis-tools");
  if (!program)
    return tl::unexpected{program.error()};
  const auto least = std::uint64_t{shape_.connections} * shape_.pipeline;
  std::vector<std::string> command{*std::move(program)};
  for (auto& argument : redis_benchmark_arguments(where_, how_, kind, shape_,
                                                  std::max(least, static_cast<std::uint64_t>(requests))))
    command.push_back(std::move(argument));
  return run_program(command, run_time_max).and_then([](const std::string& text) {
    return parse_redis_benchmark_csv(text).map([](double rate) { return std::max(rate, 1.0); });
  });
}

result<void> redis_benchmark::calibrate() {
  constexpr double seconds_min = 0.2;
  for (const auto kind : {operation_kind::get, operation_kind::set, operation_kind::touch}) {
    const double share = share_of(kind, how_.what);
    double rate = 0;
    // The first run is short whatever the disk does, the second one long enough to tell.
    for (double requests = 1'000; share > 0 && (rate == 0 || requests / rate < seconds_min);
         requests = 1.5 * seconds_min * rate) {
      const auto seen = run_requests(kind, requests);
      if (!seen)
        return tl::unexpected{seen.error()};
      rate = *seen;
    }
    if (share > 0)
      parts_.push_back({kind, share, rate});
  }
  return {};
}

result<double> redis_benchmark::run(std::chrono::milliseconds time) {
  if (parts_.empty())
    if (const auto done = calibrate(); !done)
      return tl::unexpected{done.error()};
  const auto seconds = std::chrono::duration<double>(time).count() / static_cast<double>(parts_.size());
  double seconds_per_operation = 0;
  for (const auto& each : parts_) {
    const auto rate = run_requests(each.kind, each.operations_per_second * seconds);
    if (!rate)
      return tl::unexpected{rate.error()};
    seconds_per_operation += each.share / *rate;
  }
  return 1 / seconds_per_operation;
}

} // namespace cluster_store::apps
