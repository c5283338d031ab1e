#include <cluster_store/apps/cluster_store/pipe_fields.hpp>

#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include <cluster_store/apps/cluster_store/json_text.hpp>

namespace cluster_store::apps {

namespace {

using json = nlohmann::json;

enum class kind : std::uint8_t { text, whole_number, counting_number };

constexpr kind kind_of(pipe_field field) {
  switch (field) {
  case pipe_field::ttl_ms:
    return kind::whole_number;
  case pipe_field::seq:
  case pipe_field::seen:
  case pipe_field::if_version:
  case pipe_field::limit:
    return kind::counting_number;
  default:
    return kind::text;
  }
}

constexpr std::string_view name_of(kind type) {
  return type == kind::text           ? "a string"
         : type == kind::whole_number ? "a whole number (64 bits)"
                                      : "a whole number from 0 to 18446744073709551615";
}

/// Collects the events of nlohmann's SAX parser. After a wrong field it reads on, for the `seq` that may
/// follow, and keeps the first problem.
class field_reader final : public nlohmann::json_sax<json> {
public:
  explicit field_reader(pipe_fields& into) : into_(into) {}

  bool null() override { return field_ ? (field_.reset(), true) : value_of("null"); }
  bool boolean(bool) override { return value_of("a boolean"); }
  bool number_float(double, const std::string&) override { return value_of("a fraction or too large"); }
  bool binary(binary_t&) override { return value_of("binary"); }

  bool number_integer(std::int64_t number) override {
    if (!expects(kind::whole_number))
      return value_of(number < 0 ? "a negative number" : "a number");
    into_.signed_numbers[index()] = number;
    return accept();
  }

  bool number_unsigned(std::uint64_t number) override {
    if (expects(kind::counting_number)) {
      into_.unsigned_numbers[index()] = number;
      return accept();
    }
    if (!expects(kind::whole_number) || number > std::numeric_limits<std::int64_t>::max())
      return value_of("a number");
    into_.signed_numbers[index()] = static_cast<std::int64_t>(number);
    return accept();
  }

  bool string(std::string& text) override {
    if (!expects(kind::text))
      return value_of("a string");
    into_.texts[index()].swap(text);
    return accept();
  }

  bool start_object(std::size_t) override {
    if (depth_ == 0) {
      ++depth_;
      return true;
    }
    return descend("an object");
  }

  bool start_array(std::size_t) override { return descend("an array"); }
  bool end_object() override { return ascend(); }
  bool end_array() override { return ascend(); }

  bool key(std::string& name) override {
    if (depth_ > 1)
      return true;
    field_.reset();
    for (std::size_t candidate = 0; candidate < pipe_field_names.size(); ++candidate)
      if (pipe_field_names[candidate] == name)
        return begin(candidate);
    keep_problem("there is no field '" + name.substr(0, 32) + "'");
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception& problem) override {
    constexpr int number_out_of_range = 406; // of nlohmann's documented exceptions
    problem_ = problem.id == number_out_of_range ? "a number is out of range" : "the line is not valid JSON";
    problem_ += " at byte " + std::to_string(position);
    return false;
  }

  const std::string& problem() const { return problem_; }

private:
  static constexpr int depth_max = 64;

  std::size_t index() const { return static_cast<std::size_t>(*field_); }
  bool expects(kind type) const { return field_ && depth_ == 1 && kind_of(*field_) == type; }

  bool begin(std::size_t candidate) {
    if (seen_[candidate]) {
      keep_problem("the field '" + std::string{pipe_field_names[candidate]} + "' stands there twice");
      into_.present.reset(candidate);
      return true;
    }
    seen_.set(candidate);
    field_ = static_cast<pipe_field>(candidate);
    return true;
  }

  bool accept() {
    into_.present.set(index());
    field_.reset();
    return true;
  }

  /// A value that is not what its field takes.
  bool value_of(std::string_view what) {
    if (depth_ == 0)
      keep_problem("a line must be a JSON object, this is " + std::string{what});
    else if (depth_ == 1 && field_)
      keep_problem("the field '" + std::string{pipe_field_names[index()]} + "' must be "
                   + std::string{name_of(kind_of(*field_))} + ", not " + std::string{what});
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

  bool ascend() {
    --depth_;
    return true;
  }

  void keep_problem(std::string what) {
    if (problem_.empty())
      problem_ = std::move(what);
  }

  pipe_fields& into_;
  pipe_field_set seen_;
  std::optional<pipe_field> field_; ///< Whose value comes next, if it is a known one of the line's object.
  int depth_ = 0;
  std::string problem_;
};

tl::unexpected<error> refuse(std::string message) {
  return fail(errc::invalid_argument, std::move(message));
}

} // namespace

result<void> read_pipe_fields(std::string_view line, pipe_fields& into) {
  into.present.reset();
  if (line.find_first_not_of(" \t\r") == std::string_view::npos)
    return refuse("the line is empty: write a JSON object with \"seq\" and \"op\"");
  field_reader reader{into};
  json::sax_parse(line.begin(), line.end(), &reader);
  if (const auto nul = line.find('\0'); nul != std::string_view::npos) // which the parser takes for the end
    return refuse("the line has a NUL at byte " + std::to_string(nul + 1)
                  + ": write it as \\u0000 in a string");
  if (reader.problem().empty())
    return {};
  if (!is_utf8(line))
    return refuse("the line is not UTF-8: put other bytes as Base64 into data_base64 or id_base64");
  return refuse(reader.problem());
}

} // namespace cluster_store::apps
