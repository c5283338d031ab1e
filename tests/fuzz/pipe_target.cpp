#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include <cluster_store/apps/cluster_store/base64.hpp>
#include <cluster_store/apps/cluster_store/json_text.hpp>
#include <cluster_store/apps/cluster_store/pipe/answer.hpp>
#include <cluster_store/apps/cluster_store/pipe/line_splitter.hpp>
#include <cluster_store/apps/cluster_store/pipe/request.hpp>
#include <cluster_store/tests/fuzz/line_number.hpp>
#include <cluster_store/tests/fuzz/property.hpp>
#include <cluster_store/tests/fuzz/targets.hpp>

namespace cluster_store::fuzz {

namespace {

using namespace cluster_store::apps;

constexpr std::size_t line_bytes_max = 300;

using seen_line = std::tuple<std::string, std::uint64_t, std::size_t>;

std::vector<seen_line> split(std::string_view bytes, std::size_t block) {
  std::vector<seen_line> lines;
  const auto keep = [&](const input_line& line) {
    expect(line.text.size() <= line_bytes_max, "a line is never longer than the longest");
    lines.emplace_back(line.text, line.number, line.bytes);
  };
  line_splitter splitter{line_bytes_max};
  for (; !bytes.empty(); bytes.remove_prefix(std::min(block, bytes.size())))
    splitter.feed(bytes.substr(0, block), keep);
  splitter.finish(keep);
  return lines;
}

void append_value(std::string& line, const operations::field& which, const std::string& text) {
  line += ',';
  if (which.what == operations::field::kind::cursor) {
    line += "\"cursor\":\"";
    append_base64(line, text);
    line += '"';
  } else {
    append_json_bytes(line, which.name, text);
  }
}

void append_value(std::string& line, const operations::field& which, const std::vector<std::string>& texts) {
  line += ",\"" + std::string{which.name} + "_base64\":[";
  for (const auto& each : texts) {
    line += &each == texts.data() ? "\"" : ",\"";
    append_base64(line, each);
    line += '"';
  }
  line += ']';
}

void append_value(std::string& line, const operations::field& which, const auto& number) {
  line += ",\"" + std::string{which.name} + "\":" + std::to_string(number);
}

void append_value(std::string& line, const operations::field& which, const std::optional<time_to_live>& ttl) {
  if (ttl)
    append_value(line, which, ttl->count());
}

void append_value(std::string& line, const operations::field& which,
                  const std::optional<version_number>& version) {
  if (version)
    append_value(line, which, *version);
}

std::string line_of(const pipe_request& what) {
  auto line = "{\"seq\":" + std::to_string(*what.seq) + ",\"op\":\""
              + std::string{operations::description_of(what.what).name} + '"';
  std::visit(
      [&line]<class Operation>(const Operation& operation) {
        Operation::visit(operation, [&line](const operations::field& which, const auto& value) {
          append_value(line, which, value);
        });
      },
      what.what);
  return line + "}";
}

void expect_readable_failure(const pipe_request& request, const error& why) {
  expect(why.code == errc::invalid_argument || why.code == errc::unsupported,
         "a bad line is refused as such");
  std::string answer;
  append_failure(answer, {answer_key::kind::seq, request.seq.value_or(0)}, why);
  const auto read = nlohmann::json::parse(answer, nullptr, false);
  expect(!read.is_discarded() && read["ok"] == false && !read["message"].get<std::string>().empty(),
         "an answer is JSON whatever the line held");
  expect(answer.size() < 1'000, "what is wrong is said in short");
}

/// The data of the line as `get` would answer it.
void expect_readable_answer(const pipe_request& request) {
  const auto* const set = std::get_if<operations::set_of<std::string>>(&request.what);
  if (set == nullptr)
    return;
  std::string answer;
  append_answer(answer, {answer_key::kind::seq, *request.seq},
                std::optional{session{set->data, *request.seq, set->how.ttl}});
  const auto read = nlohmann::json::parse(answer, nullptr, false);
  expect(!read.is_discarded() && read["found"] == true && read["version"] == *request.seq,
         "an answer is JSON whatever the data are");
  expect(read.contains("data") ? read["data"] == set->data
                               : decode_base64(read["data_base64"].get<std::string>()) == set->data,
         "data are answered as they were set");
}

bool read_line(std::string_view line, pipe_request_reader& reused, pipe_request& request) {
  pipe_request_reader fresh_reader;
  pipe_request fresh;
  const auto outcome = fresh_reader.read(line, fresh);
  const auto again = reused.read(line, request);
  const bool same = again.has_value() == outcome.has_value() && (again || again.error() == outcome.error());
  expect(same && request.seq == fresh.seq, "nothing of a line is left over in the next one");
  if (!outcome) {
    expect_readable_failure(request, outcome.error());
    return false;
  }
  expect(request.seq.has_value() && request.what == fresh.what,
         "nothing of a line is left over in the next one");
  expect_readable_answer(request);
  const auto written = line_of(fresh);
  const auto reread = fresh_reader.read(written, request);
  expect(reread && request.what == fresh.what && request.seq == fresh.seq,
         "a line is read as it was written: " + written);
  return true;
}

/// Whether the line has the escape of a surrogate, or is nested deeper than `pipe` follows.
bool is_beyond_the_reference(std::string_view line) {
  return line.find("\\ud") != std::string_view::npos || line.find("\\uD") != std::string_view::npos
         || std::count(line.begin(), line.end(), '[') + std::count(line.begin(), line.end(), '{') > 60;
}

void expect_own_number(std::string_view line, pipe_request_reader& reader, pipe_request& request) {
  if (is_beyond_the_reference(line))
    return;
  static_cast<void>(reader.read(line, request));
  expect(request.seq == line_number(line),
         "a line is answered by its own number or none: " + std::string{line});
}

} // namespace

bool pipe(std::string_view bytes) {
  const auto lines = split(bytes, std::max<std::size_t>(bytes.size(), 1));
  for (const auto block : {std::size_t{1}, std::size_t{7}})
    expect(split(bytes, block) == lines, "lines are the same however the input comes in blocks");
  pipe_request_reader reader;
  pipe_request request;
  std::size_t good = 0;
  for (const auto& [text, number, size] : lines) {
    good += read_line(text, reader, request) ? 1 : 0;
    for (std::size_t cut = 0; cut <= text.size(); cut += 1 + text.size() / 16)
      expect_own_number(std::string_view{text}.substr(0, text.size() - cut), reader, request);
  }
  return good > 0 && good == lines.size();
}

} // namespace cluster_store::fuzz
