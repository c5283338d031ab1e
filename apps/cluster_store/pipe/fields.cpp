#include <cluster_store/apps/cluster_store/pipe/fields.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include <cluster_store/apps/support/terminal/text.hpp>

namespace cluster_store::apps {

namespace {

using json = nlohmann::json;

using kind = pipe_field::kind;

constexpr auto seq_field = pipe_field_index("seq");

constexpr std::string_view name_of(kind type) {
  return type == kind::text           ? "a string"
         : type == kind::texts        ? "an array of strings"
         : type == kind::whole_number ? "a whole number (64 bits)"
                                      : "a whole number from 0 to 18446744073709551615";
}

constexpr std::string_view blanks = " \t\r\n";

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

/// An iterator that shows how far the parser has read, for what the parser does not tell: what follows a
/// number.
struct tracked {
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  const char** reached;

  reference operator*() const { return *at; }
  tracked& operator++() {
    *reached = ++at;
    return *this;
  }
  bool operator==(const tracked& other) const { return at == other.at; }
};

/// Collects the events of nlohmann's SAX parser. After a wrong field it reads on, for the `seq` that may
/// follow, and keeps the first problem.
class field_reader final : public nlohmann::json_sax<json> {
public:
  field_reader(std::string_view line, pipe_line& into) : line_(line), reached_(line.data()), into_(into) {
    into_.present.reset();
    json::sax_parse(tracked{line.data(), &reached_}, tracked{line.data() + line.size(), &reached_}, this);
  }

  bool null() override { return value_of("null"); }
  bool boolean(bool) override { return value_of("a boolean"); }
  bool binary(binary_t&) override { return value_of("binary"); }

  /// Also what is beyond 64 bits: far below zero is as good as any other time that is over.
  bool number_float(double, const std::string& text) override {
    if (!expects(kind::whole_number) || text[0] != '-'
        || !std::all_of(text.begin() + 1, text.end(), is_digit))
      return value_of("one with a fraction, an exponent or too many digits");
    return number_integer(std::numeric_limits<std::int64_t>::min());
  }

  /// Numbers with a sign.
  bool number_integer(std::int64_t number) override {
    auto complement = static_cast<std::uint64_t>(number);
    return expects(kind::whole_number) ? accept(complement) : value_of("a number with a sign");
  }

  bool number_unsigned(std::uint64_t number) override {
    if (expects(kind::whole_number) && number > std::numeric_limits<std::int64_t>::max())
      return value_of("one so large");
    return expects(kind::whole_number) || expects(kind::counting_number) ? accept(number)
                                                                         : value_of("a number");
  }

  bool string(std::string& text) override {
    if (!in_list())
      return expects(kind::text) ? accept(text) : value_of("a string");
    value_part<std::vector<std::string>>().push_back(std::move(text));
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ > 0)
      return descend("an object");
    ++depth_;
    return true;
  }

  bool start_array(std::size_t) override {
    if (!expects(kind::texts))
      return descend("an array");
    list_ = true;
    value_part<std::vector<std::string>>().clear();
    ++depth_;
    return true;
  }

  bool end_array() override {
    const bool ends_list = in_list();
    list_ = list_ && !ends_list;
    --depth_;
    return !ends_list || end_value();
  }

  bool end_object() override {
    --depth_;
    return true;
  }

  bool key(std::string& name) override {
    if (depth_ > 1)
      return true;
    field_.reset();
    const auto named = pipe_field_index(name);
    if (named == pipe_fields.size()) {
      keep_problem("there is no field '" + name.substr(0, 32) + "'");
    } else if (seen_[named]) {
      keep_problem("the field '" + name + "' stands there twice");
      into_.present.reset(named);
    } else {
      seen_.set(named);
      field_ = named;
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception& problem) override {
    constexpr int number_out_of_range = 406; // of nlohmann's documented exceptions
    broken_ = true;
    problem_ = problem.id == number_out_of_range ? "a number is out of range" : "the line is not valid JSON";
    problem_ += " at byte " + std::to_string(position);
    return false;
  }

  const std::string& problem() const { return problem_; }

  /// Whether the line is not valid JSON.
  bool broken() const { return broken_; }

private:
  static constexpr int depth_max = 64;

  template <class Part>
  Part& value_part() {
    return std::get<Part>(into_.values[*field_]);
  }

  bool expects(kind type) const { return field_ && depth_ == 1 && pipe_fields[*field_].takes == type; }
  bool in_list() const { return field_ && list_ && depth_ == 2; }

  /// Whether the number that was just read is followed by what ends it: of `01` or of a line that is cut only
  /// a part was. The parser has read on by one byte, unless there is none.
  bool number_is_whole() const {
    const auto read = static_cast<std::size_t>(reached_ - line_.data());
    const auto end = read == line_.size() && is_digit(line_.back()) ? read : read - 1;
    const auto next = line_.find_first_not_of(blanks, end);
    return next != std::string_view::npos && (line_[next] == ',' || line_[next] == '}');
  }

  /// Takes the value, and gives the memory of a former one for it.
  template <class Part>
  bool accept(Part& part) {
    std::swap(value_part<Part>(), part);
    return end_value();
  }

  bool end_value() {
    into_.present.set(*field_, *field_ != seq_field || number_is_whole());
    field_.reset();
    return true;
  }

  /// A value that is not what its field takes.
  bool value_of(std::string_view what) {
    if (depth_ == 0)
      keep_problem("a line must be a JSON object, this is " + std::string{what});
    else if (field_ && (depth_ == 1 || in_list()))
      keep_problem("the field '" + std::string{pipe_fields[*field_].name} + "' must be "
                   + std::string{name_of(pipe_fields[*field_].takes)} + (list_ ? ", without " : ", not ")
                   + std::string{what});
    field_.reset();
    return true;
  }

  bool descend(std::string_view what) {
    value_of(what);
    if (++depth_ <= depth_max)
      return true;
    problem_ = "the line is nested deeper than " + std::to_string(depth_max) + " levels";
    return false;
  }

  void keep_problem(std::string what) {
    if (problem_.empty())
      problem_ = std::move(what);
  }

  std::string_view line_;
  const char* reached_;
  pipe_line& into_;
  pipe_field_set seen_;
  std::optional<std::size_t> field_; ///< Whose value comes next, if it is a known one of the line's object.
  int depth_ = 0;
  bool list_ = false; ///< The value of `field_` is an array that has begun.
  bool broken_ = false;
  std::string problem_;
};

/// The code unit of the escape `\uXXXX` at `index`, or nothing if there stands none.
std::optional<unsigned> escaped_unit(std::string_view line, std::size_t index) {
  if (line.substr(index, 2) != "\\u" || line.size() - index < 6)
    return std::nullopt;
  unsigned unit = 0;
  const auto* const end = line.data() + index + 6;
  const auto read = std::from_chars(line.data() + index + 2, end, unit, 16);
  return read.ec == std::errc{} && read.ptr == end ? std::optional{unit} : std::nullopt;
}

/// Puts U+FFFD in the place of escapes that are half of a surrogate pair: valid in JSON, but no text that
/// UTF-8 can hold, so the parser stops at them.
/// @returns where the first one was, if there was one.
std::optional<std::size_t> replace_lone_surrogates(std::string& line) {
  std::optional<std::size_t> first;
  for (auto index = line.find('\\'); index < line.size(); index = line.find('\\', index)) {
    const auto unit = escaped_unit(line, index).value_or(0);
    const auto next = unit >= 0xD800 && unit < 0xDC00 ? escaped_unit(line, index + 6).value_or(0) : 0;
    if (next >= 0xDC00 && next < 0xE000) {
      index += 12;
    } else if (unit >= 0xD800 && unit < 0xE000) {
      first = first.value_or(index);
      line.replace(index, 6, "\\ufffd");
      index += 6;
    } else {
      index += 2;
    }
  }
  return first;
}

tl::unexpected<error> refuse(std::string message) {
  return fail(errc::invalid_argument, std::move(message));
}

/// Says what is wrong with a line that the parser did not read to its end, and reads its `seq`.
result<void> refuse_broken(std::string_view line, const std::string& problem, pipe_line& into) {
  std::string whole{line};
  const auto half = replace_lone_surrogates(whole);
  if (!half)
    return refuse(problem);
  if (const field_reader again{whole, into}; again.broken())
    return refuse(again.problem());
  return refuse("the line is valid JSON, but the escape at byte " + std::to_string(*half + 1)
                + " is half of a surrogate pair, which no UTF-8 text can hold: put such bytes as Base64 into "
                  "data_base64 or id_base64");
}

} // namespace

result<void> read_pipe_fields(std::string_view line, pipe_line& into) {
  into.present.reset();
  if (line.find_first_not_of(blanks) == std::string_view::npos)
    return refuse("the line is empty: write a JSON object with \"seq\" and \"op\"");
  const field_reader reader{line, into};
  if (const auto nul = line.find('\0'); nul != std::string_view::npos) // which the parser takes for the end
    return refuse("the line has a NUL at byte " + std::to_string(nul + 1)
                  + ": write it as \\u0000 in a string");
  if (reader.problem().empty())
    return {};
  if (!is_utf8(line))
    return refuse("the line is not UTF-8: put other bytes as Base64 into data_base64 or id_base64");
  if (reader.broken())
    return refuse_broken(line, reader.problem(), into);
  return refuse(reader.problem());
}

} // namespace cluster_store::apps
