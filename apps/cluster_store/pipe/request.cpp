#include <cluster_store/apps/cluster_store/pipe/request.hpp>

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

/// Where the bytes of a field may stand as Base64 instead.
bool has_coded_form(const field& which) {
  return which.what == field::kind::id || which.what == field::kind::ids || which.what == field::kind::data;
}

/// The fields that lines of an operation may have.
template <class Operation>
pipe_field_set allowed_for() {
  pipe_field_set allowed;
  allowed.set(pipe_field_index("seq")).set(pipe_field_index("op"));
  const Operation empty{};
  Operation::visit(empty, [&allowed](const field& which, const auto&) {
    const auto plain = pipe_field_index(which.name);
    allowed.set(plain);
    if (has_coded_form(which))
      allowed.set(plain + 1);
  });
  return allowed;
}

result<void> decode(std::string_view name, const std::string& text, std::string& into) {
  auto bytes = decode_base64(text);
  if (!bytes)
    return refuse(quoted(name) + ": " + bytes.error().message);
  into = *std::move(bytes);
  return {};
}

result<void> decode(std::string_view name, const std::vector<std::string>& texts,
                    std::vector<std::string>& into) {
  into.clear();
  for (const auto& each : texts)
    if (auto done = decode(name, each, into.emplace_back()); !done)
      return done;
  return {};
}

/// Takes what stands in a field or, as Base64, in the one beside it.
template <class Bytes>
result<void> take_bytes(pipe_line& from, std::string_view name, Bytes& into) {
  const auto index = pipe_field_index(name);
  const auto coded_name = pipe_fields[index + 1].name;
  auto* const plain = from.find(index);
  auto* const coded = from.find(index + 1);
  if (plain != nullptr && coded != nullptr)
    return refuse("give " + quoted(name) + " or " + quoted(coded_name) + ", not both");
  if (coded != nullptr)
    return decode(coded_name, std::get<Bytes>(*coded), into);
  if (plain == nullptr)
    return refuse("the field " + quoted(name) + " is missing");
  into.swap(std::get<Bytes>(*plain));
  return {};
}

result<void> take(pipe_line& from, const field& which, std::vector<std::string>& into) {
  return take_bytes(from, which.name, into);
}

result<void> take(pipe_line& from, const field& which, std::string& into) {
  if (has_coded_form(which))
    return take_bytes(from, which.name, into);
  into.clear();
  if (auto* const found = from.find(pipe_field_index(which.name)))
    into.swap(std::get<std::string>(*found));
  if (which.what != field::kind::cursor)
    return {};
  auto position = decode_base64(into);
  if (!position)
    return refuse("'cursor' is not one that an answer gave");
  into = *std::move(position);
  return {};
}

template <class Number>
result<void> take(pipe_line& from, const field& which, std::optional<Number>& into) {
  into.reset();
  if (auto* const found = from.find(pipe_field_index(which.name)))
    into.emplace(std::get<std::uint64_t>(*found));
  return {};
}

result<void> take(pipe_line& from, const field& which, std::uint32_t& into) {
  const auto* const found = from.find(pipe_field_index(which.name));
  const auto rows =
      found != nullptr ? std::get<std::uint64_t>(*found) : operations::all_of<std::string>{}.rows_max;
  if (rows == 0 || rows > operations::page_rows_max)
    return refuse(quoted(which.name) + " must be a number from 1 to "
                  + std::to_string(operations::page_rows_max));
  into = static_cast<std::uint32_t>(rows);
  return {};
}

template <class Operation>
result<void> take_operation(pipe_line& from, pipe_request& into) {
  static const auto allowed = allowed_for<Operation>();
  const auto strange = from.present & ~allowed;
  for (std::size_t which = 0; which < strange.size(); ++which)
    if (strange[which])
      return refuse("the operation " + quoted(Operation::is.name) + " takes no "
                    + quoted(pipe_fields[which].name));
  result<void> outcome;
  auto* const same = std::get_if<Operation>(&into.what); // its strings have memory
  auto& what = same != nullptr ? *same : into.what.template emplace<Operation>();
  Operation::visit(what, [&](const field& which, auto& value) {
    if (outcome)
      outcome = take(from, which, value);
  });
  if constexpr (requires { what.check(); })
    if (outcome)
      outcome = what.check();
  return outcome;
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

result<void> pipe_request_reader::read(std::string_view line, pipe_request& into) {
  auto outcome = read_pipe_fields(line, line_);
  into.seq.reset();
  if (const auto* const seq = line_.find(pipe_field_index("seq")))
    into.seq = std::get<std::uint64_t>(*seq);
  if (!outcome)
    return outcome;
  const auto* const op = line_.find(pipe_field_index("op"));
  if (op == nullptr)
    return refuse("the field 'op' is missing");
  const auto& name = std::get<std::string>(*op);
  outcome = unknown_operation(name);
  operations::for_each<std::string>([&]<class Operation>() {
    if (name == Operation::is.name)
      outcome = into.seq ? take_operation<Operation>(line_, into)
                         : refuse("the field 'seq' is missing: give each line a number of its own");
  });
  return outcome;
}

} // namespace cluster_store::apps
