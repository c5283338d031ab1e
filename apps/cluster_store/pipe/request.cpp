#include <cluster_store/apps/cluster_store/pipe/request.hpp>

#include <algorithm>
#include <utility>

#include <cluster_store/apps/cluster_store/base64.hpp>

namespace cluster_store::apps {

namespace {

using operations::field;

tl::unexpected<error> refuse(std::string message) {
  return fail(errc::invalid_argument, std::move(message));
}

std::string quoted(std::string_view name) {
  return "'" + std::string{name} + "'";
}

std::string_view name_of(pipe_field which) {
  return pipe_field_names[static_cast<std::size_t>(which)];
}

/// @pre there is a field with that name.
pipe_field field_named(std::string_view name) {
  const auto at = std::find(pipe_field_names.begin(), pipe_field_names.end(), name);
  return static_cast<pipe_field>(at - pipe_field_names.begin());
}

/// Where the bytes of a field may stand as Base64 instead.
bool has_coded_form(const field& which) {
  return which.what == field::kind::id || which.what == field::kind::ids || which.what == field::kind::data;
}

/// @pre `which.has_coded_form()`. The field beside it.
pipe_field coded_form_of(pipe_field plain) {
  return static_cast<pipe_field>(static_cast<std::size_t>(plain) + 1);
}

/// The fields that lines of an operation may have.
template <class Operation>
pipe_field_set allowed_for() {
  pipe_field_set out;
  const auto allow = [&out](pipe_field which) { out.set(static_cast<std::size_t>(which)); };
  allow(pipe_field::seq);
  allow(pipe_field::op);
  const Operation empty{};
  Operation::visit(empty, [&](const field& which, const auto&) {
    const auto plain = field_named(which.name);
    allow(plain);
    if (has_coded_form(which))
      allow(coded_form_of(plain));
  });
  return out;
}

result<void> check_fields(const pipe_fields& from, const operations::description& is,
                          const pipe_field_set& allowed) {
  const auto strange = from.present & ~allowed;
  for (std::size_t which = 0; which < strange.size(); ++which)
    if (strange[which])
      return refuse("the operation " + quoted(is.name) + " takes no " + quoted(pipe_field_names[which]));
  return {};
}

result<std::string> decoded(pipe_field where, const std::string& text) {
  return decode_base64(text).map_error([&](const error& why) {
    return error{errc::invalid_argument, quoted(name_of(where)) + ": " + why.message};
  });
}

void take_plain(pipe_fields& from, pipe_field which, std::string& into) {
  into.swap(from.text(which));
}

void take_plain(pipe_fields& from, pipe_field which, std::vector<std::string>& into) {
  into.swap(from.list(which));
}

result<void> take_coded(pipe_fields& from, pipe_field which, std::string& into) {
  return decoded(which, from.text(which)).map([&](std::string bytes) { into = std::move(bytes); });
}

result<void> take_coded(pipe_fields& from, pipe_field which, std::vector<std::string>& into) {
  into.clear();
  for (const auto& each : from.list(which)) {
    auto bytes = decoded(which, each);
    if (!bytes)
      return tl::unexpected{bytes.error()};
    into.push_back(*std::move(bytes));
  }
  return {};
}

/// Takes what stands in `plain` or, as Base64, in the field beside it.
template <class Value>
result<void> take_bytes(pipe_fields& from, pipe_field plain, Value& into) {
  const auto coded = coded_form_of(plain);
  if (from.has(plain) && from.has(coded))
    return refuse("give " + quoted(name_of(plain)) + " or " + quoted(name_of(coded)) + ", not both");
  if (from.has(coded))
    return take_coded(from, coded, into);
  if (!from.has(plain))
    return refuse("the field " + quoted(name_of(plain)) + " is missing");
  take_plain(from, plain, into);
  return {};
}

result<void> take(pipe_fields& from, const field& which, std::vector<std::string>& into) {
  return take_bytes(from, field_named(which.name), into);
}

result<void> take(pipe_fields& from, const field& which, std::string& into) {
  const auto plain = field_named(which.name);
  if (has_coded_form(which))
    return take_bytes(from, plain, into);
  into.clear();
  if (!from.has(plain))
    return {};
  if (which.what != field::kind::cursor) {
    into.swap(from.text(plain));
    return {};
  }
  auto position = decode_base64(from.text(plain));
  if (!position)
    return refuse("'cursor' is not one that an answer gave");
  into = *std::move(position);
  return {};
}

result<void> take(pipe_fields& from, const field& which, std::optional<time_to_live>& into) {
  into.reset();
  if (const auto plain = field_named(which.name); from.has(plain))
    into = time_to_live{from.signed_number(plain)};
  return {};
}

result<void> take(pipe_fields& from, const field& which, std::optional<version_number>& into) {
  into.reset();
  if (const auto plain = field_named(which.name); from.has(plain))
    into = from.unsigned_number(plain);
  return {};
}

result<void> take(pipe_fields& from, const field& which, std::uint32_t& into) {
  into = operations::all_of<std::string>{}.rows_max;
  const auto plain = field_named(which.name);
  if (!from.has(plain))
    return {};
  const auto rows = from.unsigned_number(plain);
  if (rows == 0 || rows > operations::page_rows_max)
    return refuse(quoted(which.name) + " must be a number from 1 to "
                  + std::to_string(operations::page_rows_max));
  into = static_cast<std::uint32_t>(rows);
  return {};
}

tl::unexpected<error> unknown_operation(const std::string& name) {
  std::string known;
  for (const auto& each : operations::descriptions)
    known += (known.empty()                               ? ""
              : &each == &operations::descriptions.back() ? " or "
                                                          : ", ")
             + std::string{each.name};
  return fail(errc::unsupported, "there is no operation '" + name.substr(0, 32) + "': use " + known);
}

} // namespace

template <class Operation>
result<void> pipe_request_reader::take(pipe_request& into) {
  static const auto allowed = allowed_for<Operation>();
  auto outcome = check_fields(fields_, Operation::is, allowed);
  if (!outcome)
    return outcome;
  auto* const same = std::get_if<Operation>(&into.what); // its strings have memory
  auto& what = same != nullptr ? *same : into.what.template emplace<Operation>();
  Operation::visit(what, [&](const field& which, auto& value) {
    if (outcome)
      outcome = apps::take(fields_, which, value);
  });
  if constexpr (requires { what.check(); })
    if (outcome)
      outcome = what.check();
  return outcome;
}

result<void> pipe_request_reader::read(std::string_view line, pipe_request& into) {
  auto outcome = read_pipe_fields(line, fields_);
  into.seq.reset();
  if (fields_.has(pipe_field::seq))
    into.seq = fields_.unsigned_number(pipe_field::seq);
  if (!outcome)
    return outcome;
  if (!fields_.has(pipe_field::op))
    return refuse("the field 'op' is missing");
  const auto& name = fields_.text(pipe_field::op);
  outcome = unknown_operation(name);
  operations::for_each<std::string>([&]<class Operation>() {
    if (name == Operation::is.name)
      outcome = into.seq ? take<Operation>(into)
                         : refuse("the field 'seq' is missing: give each line a number of its own");
  });
  return outcome;
}

} // namespace cluster_store::apps
