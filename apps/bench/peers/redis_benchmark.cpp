#include <cluster_store/apps/bench/peers/redis_benchmark.hpp>

#include <algorithm>
#include <cassert>
#include <charconv>

#include <cluster_store/apps/support/processes/other_program.hpp>

namespace cluster_store::apps {

namespace {

constexpr std::chrono::minutes run_time_max{30};

/// @returns the cells of a line of quoted values.
std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  while (!line.empty()) {
    const auto open = line.find('"');
    const auto close = open == std::string_view::npos ? open : line.find('"', open + 1);
    if (close == std::string_view::npos)
      break;
    cells.push_back(line.substr(open + 1, close - open - 1));
    line.remove_prefix(close + 1);
  }
  return cells;
}

std::optional<double> number_in(std::string_view cell) {
  double number = 0;
  const auto read = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  return read.ec == std::errc{} ? std::optional{number} : std::nullopt;
}

/// @returns microseconds from the column with a heading.
std::optional<double> microseconds_in(const std::vector<std::string_view>& heading,
                                      const std::vector<std::string_view>& row, std::string_view name) {
  const auto column =
      static_cast<std::size_t>(std::find(heading.begin(), heading.end(), name) - heading.begin());
  if (column >= heading.size() || column >= row.size())
    return std::nullopt;
  const auto milliseconds = number_in(row[column]);
  return milliseconds ? std::optional{*milliseconds * 1'000} : std::nullopt;
}

} // namespace

std::vector<std::string> redis_benchmark_arguments(const redis_address& where, const load_settings& how,
                                                   const peer_shape& shape, std::uint64_t requests) {
  assert(how.what == workload::get || how.what == workload::set || how.what == workload::touch);
  auto arguments = where.flags();
  const auto add = [&](std::initializer_list<std::string> more) { arguments.insert(arguments.end(), more); };
  add({"-c", std::to_string(shape.connections), "-P", std::to_string(shape.pipeline), "-r",
       std::to_string(how.keys), "-d", std::to_string(how.value_bytes), "-n", std::to_string(requests),
       "--csv"});
  if (how.what == workload::touch)
    add({"EXPIRE", "key:__rand_int__",
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*ttl_of(how.what)).count())});
  else
    add({"-t", std::string{to_string(how.what)}});
  return arguments;
}

result<round_figures> parse_redis_benchmark_csv(std::string_view text) {
  std::vector<std::string_view> heading;
  for (auto rest = text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto cells = cells_of(line);
    if (cells.size() < 2)
      continue;
    if (cells.front() == "test") {
      heading = cells;
      continue;
    }
    if (const auto rate = number_in(cells[1]))
      return round_figures{*rate, microseconds_in(heading, cells, "p50_latency_ms"),
                           microseconds_in(heading, cells, "p99_latency_ms")};
  }
  return fail(errc::corrupt, "redis-benchmark printed no rate: " + std::string{text.substr(0, 200)});
}

result<round_figures> redis_benchmark::run_requests(std::uint64_t requests, const peer_shape& shape) const {
  auto program = find_program("redis-benchmark", "redis-tools");
  if (!program)
    return tl::unexpected{program.error()};
  std::vector<std::string> command{*std::move(program)};
  for (auto& argument : redis_benchmark_arguments(where_, how_, shape, requests))
    command.push_back(std::move(argument));
  return run_program(command, run_time_max).and_then([](const std::string& text) {
    return parse_redis_benchmark_csv(text);
  });
}

result<double> redis_benchmark::calibrate(const peer_shape& shape) {
  for (const auto& each : calibrations_)
    if (each.connections == shape.connections && each.pipeline == shape.pipeline)
      return each.operations_per_second;
  constexpr double seconds_min = 0.2;
  double rate = 0;
  // The first run is short whatever the disk does, the second one long enough to tell.
  for (double requests = 1'000.0 * shape.pipeline; rate == 0 || requests / rate < seconds_min;
       requests = 1.5 * seconds_min * rate) {
    const auto seen = run_requests(static_cast<std::uint64_t>(requests), shape);
    if (!seen)
      return tl::unexpected{seen.error()};
    rate = std::max(seen->operations_per_second, 1.0);
  }
  calibrations_.push_back({shape.connections, shape.pipeline, rate});
  return rate;
}

result<round_figures> redis_benchmark::run(std::chrono::milliseconds time, const peer_shape& shape) {
  const auto rate = calibrate(shape);
  if (!rate)
    return tl::unexpected{rate.error()};
  const auto requests = *rate * std::chrono::duration<double>(time).count();
  return run_requests(std::max<std::uint64_t>(static_cast<std::uint64_t>(requests),
                                              std::uint64_t{shape.connections} * shape.pipeline),
                      shape);
}

} // namespace cluster_store::apps
