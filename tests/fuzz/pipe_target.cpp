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

/// What a request means: its operation and the fields that belong to it.
auto meaning_of(const pipe_request& what) {
  using enum pipe_operation;
  const auto is = [&](auto... any) { return ((what.operation == any) || ...); };
  const bool has_id = is(get, set, touch, destroy, regenerate);
  const std::string none;
  return std::make_tuple(what.seq, what.operation, has_id ? what.id : none,
                         is(regenerate) ? what.new_id : none, is(set) ? what.data : none,
                         is(set, touch) ? what.how.ttl : std::nullopt, is(set) ? what.how.seen : std::nullopt,
                         is(set) ? what.how.if_version : std::nullopt, is(all) ? what.which.cursor : none,
                         is(all) ? what.which.prefix : none, is(all) ? what.which.rows_max : 0);
}

constexpr std::array names{"set", "get", "touch", "destroy", "regenerate", "all", "length", "clear"};

std::string line_of(const pipe_request& what) {
  using enum pipe_operation;
  const auto is = [&](auto... any) { return ((what.operation == any) || ...); };
  std::string line = "{\"seq\":" + std::to_string(*what.seq) + ",\"op\":\""
                     + names[static_cast<std::size_t>(what.operation)] + '"';
  const auto add_bytes = [&](std::string_view name, std::string_view bytes) {
    line += ',';
    append_json_bytes(line, name, bytes);
  };
  const auto add_number = [&](std::string_view name, const auto& number) {
    if (number)
      line += ",\"" + std::string{name} + "\":" + std::to_string(*number);
  };
  if (is(get, set, touch, destroy, regenerate))
    add_bytes("id", what.id);
  if (is(regenerate))
    add_bytes("new_id", what.new_id);
  if (is(set)) {
    add_bytes("data", what.data);
    add_number("seen", what.how.seen);
    add_number("if_version", what.how.if_version);
  }
  if (is(set, touch) && what.how.ttl)
    add_number("ttl_ms", std::optional{what.how.ttl->count()});
  if (is(all)) {
    line += ",\"cursor\":\"";
    append_base64(line, what.which.cursor);
    line += "\",\"prefix\":";
    append_json_string(line, what.which.prefix);
    line += ",\"limit\":" + std::to_string(what.which.rows_max);
  }
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
  std::string answer;
  append_answer(answer, {answer_key::kind::seq, *request.seq},
                session{request.data, *request.seq, request.how.ttl});
  const auto read = nlohmann::json::parse(answer, nullptr, false);
  expect(!read.is_discarded() && read["found"] == true && read["version"] == *request.seq,
         "an answer is JSON whatever the data are");
  expect(read.contains("data") ? read["data"] == request.data
                               : decode_base64(read["data_base64"].get<std::string>()) == request.data,
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
  expect(request.seq.has_value() && meaning_of(request) == meaning_of(fresh),
         "nothing of a line is left over in the next one");
  expect_readable_answer(request);
  const auto written = line_of(fresh);
  const auto reread = fresh_reader.read(written, request);
  expect(reread && meaning_of(request) == meaning_of(fresh), "a line is read as it was written: " + written);
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
