#include <cluster_store/apps/demo/worker.hpp>

#include <sstream>

namespace cluster_store::apps {

namespace {

constexpr const char* report_word = "report";

} // namespace

std::string demo_id(int worker, std::uint64_t number) {
  return "worker-" + std::to_string(worker) + "/" + std::to_string(number);
}

std::string demo_data(int worker, std::uint64_t number) {
  auto text =
      "{\"owner\":" + std::to_string(worker) + ",\"number\":" + std::to_string(number) + ",\"cart\":\"";
  text.resize(190, static_cast<char>('a' + number % 26));
  return text + "\"}";
}

std::string report_line(const worker_report& report) {
  std::ostringstream line;
  line << report_word << ' ' << report.operations << ' ' << report.writes << ' ' << report.reads_of_others
       << ' ' << report.wrong_reads << ' ' << report.reconnects << ' ' << report.longest_pause_ms << ' '
       << report.unacknowledged.size();
  for (const auto number : report.unacknowledged)
    line << ' ' << number;
  return line.str();
}

bool read_report_line(const std::string& line, worker_report& into) {
  std::istringstream words{line};
  std::string first;
  std::size_t unacknowledged = 0;
  words >> first >> into.operations >> into.writes >> into.reads_of_others >> into.wrong_reads
      >> into.reconnects >> into.longest_pause_ms >> unacknowledged;
  if (first != report_word)
    return false;
  into.unacknowledged.clear();
  for (std::uint64_t number = 0; into.unacknowledged.size() < unacknowledged && words >> number;)
    into.unacknowledged.push_back(number);
  return !words.fail() && into.unacknowledged.size() == unacknowledged;
}

} // namespace cluster_store::apps
