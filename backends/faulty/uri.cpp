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

struct call_name {
  std::string_view name;
  call_kind call;
};

constexpr std::array call_names{
    call_name{"get", call_kind::get},
    call_name{"apply", call_kind::apply},
    call_name{"scan", call_kind::scan},
    call_name{"due", call_kind::due},
    call_name{"length", call_kind::length},
    call_name{"client_rows", call_kind::client_rows},
    call_name{"system_rows", call_kind::system_rows},
    call_name{"sync", call_kind::sync},
};
static_assert(call_names.size() == call_kinds);

struct kind_name {
  std::string_view name;
  fault::kind what;
};

constexpr std::array kind_names{
    kind_name{"io_error", fault::kind::io_error},
    kind_name{"unknown_applied", fault::kind::unknown_applied},
    kind_name{"unknown_unapplied", fault::kind::unknown_unapplied},
    kind_name{"torn", fault::kind::torn},
    kind_name{"broken", fault::kind::broken},
    kind_name{"slow", fault::kind::slow},
    kind_name{"corrupt", fault::kind::corrupt},
    kind_name{"kill_before", fault::kind::kill_before},
    kind_name{"kill_after", fault::kind::kill_after},
    kind_name{"forget", fault::kind::forget},
};

tl::unexpected<error> bad_rule(std::string_view rule) {
  return fail(
      errc::invalid_argument,
      "'" + std::string{rule}
          + "' is no fault: write KIND, KIND@N, KIND@N-M or KIND@N-, then ~PROBABILITY if not always; KIND "
            "is io_error, unknown_applied, unknown_unapplied, torn, broken, slow, corrupt, kill_before, "
            "kill_after or forget");
}

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
  if (probability && !read(*probability, made.probability))
    return bad_rule(rule);
  if (range && !read_range(*range, made))
    return bad_rule(rule);
  for (const auto& known : kind_names)
    if (known.name == name) {
      made.what = known.what;
      return made;
    }
  return bad_rule(rule);
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
    std::string key = where.path;
    for (const auto& [name, value] : where.options)
      key.append("&").append(name).append("=").append(value);
    const std::lock_guard guard{mutex_};
    return ++opens_[key];
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> opens_;
};

} // namespace

result<fault_plan> fault_plan_from(const uri& where) {
  if (auto good = check_option_names(where, {"seed", "slow_ms", "opens", "get", "apply", "scan", "due",
                                             "length", "client_rows", "system_rows", "sync"});
      !good)
    return tl::unexpected{std::move(good).error()};
  fault_plan plan;
  const auto seed = number_option(where, "seed", plan.seed, 0, no_limit);
  if (!seed)
    return tl::unexpected{seed.error()};
  plan.seed = *seed;
  const auto slow =
      number_option(where, "slow_ms", static_cast<std::uint64_t>(plan.slow_for.count()), 0, 600'000);
  if (!slow)
    return tl::unexpected{slow.error()};
  plan.slow_for = std::chrono::milliseconds{*slow};
  for (const auto& [name, call] : call_names)
    if (const auto found = where.options.find(name); found != where.options.end())
      if (auto good = parse_rules(call, found->second, plan); !good)
        return tl::unexpected{std::move(good).error()};
  return plan;
}

resolver faulty_resolver(registry engines) {
  return [engines = std::move(engines)](const uri& where) -> result<uri> {
    const auto inner = parse_uri(where.path);
    if (!inner)
      return where; // whoever opens it says what is wrong
    return engines.resolve(*inner).map([&](const uri& resolved) {
      return uri{where.scheme, to_string(resolved), where.options};
    });
  };
}

presence_check faulty_presence_check(registry engines) {
  return [engines = std::move(engines)](const uri& where) {
    return parse_uri(where.path).and_then([&](const uri& inner) { return engines.check_presence(inner); });
  };
}

factory faulty_factory(registry engines) {
  return [engines = std::move(engines),
          counter = std::make_shared<open_counter>()](const uri& where) -> result<std::unique_ptr<backend>> {
    auto plan = fault_plan_from(where);
    if (!plan)
      return tl::unexpected{std::move(plan).error()};
    const auto opens = number_option(where, "opens", no_limit, 1, no_limit);
    if (!opens)
      return tl::unexpected{opens.error()};
    auto inner = engines.open(where.path);
    if (!inner)
      return inner;
    if (counter->count(where) > *opens)
      plan->faults.clear();
    return make_faulty(std::move(*inner), std::move(*plan));
  };
}

} // namespace cluster_store::backends
