#include <cluster_store/backends/faulty/faulty.hpp>

#include <charconv>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include <cluster_store/backends/uri_options.hpp>

namespace cluster_store::backends {
namespace {

constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

/// In the order of `call_kind`.
constexpr std::array<std::string_view, call_kinds> call_names{"get",    "apply",       "scan",        "due",
                                                              "length", "client_rows", "system_rows", "sync"};

/// In the order of `fault::kind`.
constexpr std::array<std::string_view, 10> kind_names{
    "io_error", "unknown_applied", "unknown_unapplied", "torn",       "broken",
    "slow",     "corrupt",         "kill_before",       "kill_after", "forget"};

/// Takes everything from `mark` on off the end of `text`. @returns what came after `mark`, if there is one.
std::optional<std::string_view> split_off(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos)
    return std::nullopt;
  const auto after = text.substr(at + 1);
  text = text.substr(0, at);
  return after;
}

bool read(std::string_view text, std::uint64_t& into) {
  const auto number = parse_whole_number(text);
  into = number.value_or(into);
  return number.has_value();
}

bool read(std::string_view text, double& into) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), into);
  return problem == std::errc{} && end == text.data() + text.size();
}

/// Reads the `N`, `N-M` or `N-` of a rule.
bool read_range(std::string_view text, fault& into) {
  const auto last = split_off(text, '-');
  if (!read(text, into.from))
    return false;
  if (!last)
    into.to = into.from;
  else if (last->empty())
    into.to = no_limit;
  else
    return read(*last, into.to);
  return true;
}

result<fault> parse_rule(call_kind where, std::string_view rule) {
  fault made{.where = where, .to = no_limit};
  auto name = rule;
  const auto probability = split_off(name, '~');
  const auto range = split_off(name, '@');
  const auto known = std::ranges::find(kind_names, name);
  if (known == kind_names.end() || (probability && !read(*probability, made.probability))
      || (range && !read_range(*range, made)))
    return fail(errc::invalid_argument,
                "'" + std::string{rule}
                    + "' is no fault: write KIND, KIND@N, KIND@N-M or KIND@N-, then ~PROBABILITY if not "
                      "always; KIND is one of "
                    + joined(kind_names));
  made.what = static_cast<fault::kind>(known - kind_names.begin());
  return made;
}

result<void> parse_rules(call_kind where, std::string_view rules, fault_plan& into) {
  for (std::optional<std::string_view> rest{rules}; rest;) {
    auto rule = *rest;
    rest = split_off(rule, ',');
    auto made = parse_rule(where, rule);
    if (!made)
      return tl::unexpected{std::move(made).error()};
    into.faults.push_back(*made);
  }
  return {};
}

/// How often each URI was opened.
class open_counter {
public:
  std::uint64_t count(const uri& where) {
    const std::lock_guard guard{mutex_};
    return ++opens_[to_string(where)];
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> opens_;
};

} // namespace

result<fault_plan> fault_plan_from(const uri& where) {
  fault_plan plan;
  auto slow_ms = static_cast<std::uint64_t>(plan.slow_for.count());
  auto good = check_option_names(where, {"seed", "slow_ms", "opens", "get", "apply", "scan", "due", "length",
                                         "client_rows", "system_rows", "sync"});
  if (good)
    good = read_number(where, "seed", 0, no_limit, plan.seed);
  if (good)
    good = read_number(where, "slow_ms", 0, 600'000, slow_ms);
  plan.slow_for = std::chrono::milliseconds{slow_ms};
  for (std::size_t i = 0; i < call_kinds; ++i)
    if (const auto found = where.options.find(call_names[i]); good && found != where.options.end())
      good = parse_rules(static_cast<call_kind>(i), found->second, plan);
  return good.map([&] { return std::move(plan); });
}

void add_faulty(registry& engines) {
  auto open = [inner_engines = engines, counter = std::make_shared<open_counter>()](
                  const uri& where) -> result<std::unique_ptr<backend>> {
    auto plan = fault_plan_from(where);
    auto opens = no_limit;
    auto inner =
        plan.and_then([&](const fault_plan&) { return read_number(where, "opens", 1, no_limit, opens); })
            .and_then([&] { return inner_engines.open(where.path); });
    if (!inner)
      return inner;
    if (counter->count(where) > opens)
      plan->faults.clear();
    return make_faulty(std::move(*inner), std::move(*plan));
  };
  auto resolve = [inner_engines = engines](const uri& where) -> result<uri> {
    const auto inner = parse_uri(where.path);
    if (!inner)
      return where; // whoever opens it says what is wrong
    return inner_engines.resolve(*inner).map([&](const uri& resolved) {
      return uri{where.scheme, to_string(resolved), where.options};
    });
  };
  auto check_presence = [inner_engines = engines](const uri& where) {
    return parse_uri(where.path).and_then([&](const uri& inner) {
      return inner_engines.check_presence(inner);
    });
  };
  engines.add("faulty", std::move(open), std::move(resolve), std::move(check_presence));
}

} // namespace cluster_store::backends
