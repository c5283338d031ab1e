#include <cluster_store/apps/bench/round.hpp>

#include <algorithm>
#include <sstream>

namespace cluster_store::apps {

namespace {

double microseconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1'000;
}

std::optional<double> median_of(const std::vector<round_figures>& rounds,
                                std::optional<double> round_figures::*which) {
  std::vector<double> values;
  for (const auto& round : rounds)
    if (round.*which)
      values.push_back(*(round.*which));
  if (values.empty())
    return std::nullopt;
  return median(std::move(values));
}

} // namespace

void round_result::add(const round_result& other) {
  operations += other.operations;
  errors += other.errors;
  if (!first_error)
    first_error = other.first_error;
  time = std::max(time, other.time);
  latencies.add(other.latencies);
}

std::string encode_round(const round_result& round) {
  auto text = std::to_string(round.operations) + ' ' + std::to_string(round.errors) + ' '
              + std::to_string(round.time.count()) + ' ' + round.latencies.text();
  if (round.first_error) {
    auto message = round.first_error->message;
    std::replace(message.begin(), message.end(), '\n', ' ');
    text += ' ' + std::to_string(static_cast<int>(round.first_error->code)) + ' ' + message;
  }
  return text;
}

result<std::unique_ptr<round_result>> decode_round(std::string_view line) {
  auto round = std::make_unique<round_result>();
  std::istringstream in{std::string{line}};
  std::int64_t nanoseconds = 0;
  std::string latencies;
  in >> round->operations >> round->errors >> nanoseconds >> latencies;
  const auto counted = in ? histogram::parse(latencies, round->latencies) : false;
  if (!counted || nanoseconds < 0)
    return fail(errc::corrupt, "this is no result of a round: " + std::string{line.substr(0, 80)});
  round->time = std::chrono::nanoseconds{nanoseconds};
  if (unsigned code = 0; in >> code) {
    const auto known = errc_from(static_cast<std::uint8_t>(code));
    std::string message;
    std::getline(in >> std::ws, message);
    round->first_error = error{known.value_or(errc::corrupt), message};
  }
  return round;
}

round_figures figures_of(const round_result& round) {
  return {round.operations_per_second(), microseconds(round.latencies.percentile(0.5)),
          microseconds(round.latencies.percentile(0.99))};
}

double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

round_figures median(const std::vector<round_figures>& rounds) {
  std::vector<double> rates;
  for (const auto& round : rounds)
    rates.push_back(round.operations_per_second);
  return {median(std::move(rates)), median_of(rounds, &round_figures::p50_microseconds),
          median_of(rounds, &round_figures::p99_microseconds)};
}

} // namespace cluster_store::apps
