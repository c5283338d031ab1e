#include <cluster_store/apps/cluster_store/pipe/request.hpp>

#include <array>
#include <utility>

#include <cluster_store/apps/cluster_store/base64.hpp>
#include <cluster_store/apps/cluster_store/pipe/fields.hpp>

namespace cluster_store::apps {

namespace {

constexpr std::uint64_t listing_rows_max = 10'000;

constexpr pipe_field_set fields(std::initializer_list<pipe_field> which) {
  unsigned long long bits = 0;
  for (const auto field : which)
    bits |= 1ULL << static_cast<unsigned>(field);
  return {bits};
}

constexpr auto always = fields({pipe_field::seq, pipe_field::op});
constexpr auto identity = fields({pipe_field::seq, pipe_field::op, pipe_field::id, pipe_field::id_base64});

struct operation_row {
  std::string_view name;
  pipe_operation operation;
  pipe_field_set allowed;
};

const std::array operations{
    operation_row{"get", pipe_operation::get, identity},
    operation_row{"set", pipe_operation::set,
                  identity
                      | fields({pipe_field::data, pipe_field::data_base64, pipe_field::ttl_ms,
                                pipe_field::seen, pipe_field::if_version})},
    operation_row{"touch", pipe_operation::touch, identity | fields({pipe_field::ttl_ms})},
    operation_row{"destroy", pipe_operation::destroy, identity},
    operation_row{"regenerate", pipe_operation::regenerate,
                  identity | fields({pipe_field::new_id, pipe_field::new_id_base64})},
    operation_row{"all", pipe_operation::all,
                  always | fields({pipe_field::cursor, pipe_field::prefix, pipe_field::limit})},
    operation_row{"length", pipe_operation::length, always},
    operation_row{"clear", pipe_operation::clear, always}};

tl::unexpected<error> refuse(std::string message) {
  return fail(errc::invalid_argument, std::move(message));
}

std::string quoted(pipe_field field) {
  return "'" + std::string{pipe_field_names[static_cast<std::size_t>(field)]} + "'";
}

/// Takes the bytes that stand in `plain` or, as Base64, in `coded`.
result<void> take_bytes(pipe_fields& from, pipe_field plain, pipe_field coded, std::string& into) {
  if (from.has(plain) && from.has(coded))
    return refuse("give " + quoted(plain) + " or " + quoted(coded) + ", not both");
  if (from.has(plain)) {
    into.swap(from.text(plain));
    return {};
  }
  if (!from.has(coded))
    return refuse("the field " + quoted(plain) + " is missing");
  auto bytes = decode_base64(from.text(coded));
  if (!bytes)
    return refuse(quoted(coded) + ": " + bytes.error().message);
  into = *std::move(bytes);
  return {};
}

template <class T>
std::optional<T> number_if_present(const pipe_fields& from, pipe_field field) {
  return from.has(field) ? std::optional<T>{from.unsigned_number(field)} : std::nullopt;
}

result<void> take_conditions(pipe_fields& from, set_options& into) {
  into.ttl.reset();
  if (from.has(pipe_field::ttl_ms))
    into.ttl = time_to_live{from.signed_number(pipe_field::ttl_ms)};
  into.seen = number_if_present<version_number>(from, pipe_field::seen);
  into.if_version = number_if_present<version_number>(from, pipe_field::if_version);
  if (into.seen && into.if_version)
    return refuse("give 'seen' or 'if_version', not both");
  return {};
}

result<void> take_listing(pipe_fields& from, listing_options& into) {
  into = {};
  if (from.has(pipe_field::cursor)) {
    auto position = decode_base64(from.text(pipe_field::cursor));
    if (!position)
      return refuse("'cursor' is not one that an answer gave");
    into.cursor = *std::move(position);
  }
  if (from.has(pipe_field::prefix))
    into.prefix.swap(from.text(pipe_field::prefix));
  if (from.has(pipe_field::limit)) {
    const auto rows = from.unsigned_number(pipe_field::limit);
    if (rows == 0 || rows > listing_rows_max)
      return refuse("'limit' must be a number from 1 to " + std::to_string(listing_rows_max));
    into.rows_max = static_cast<std::uint32_t>(rows);
  }
  return {};
}

result<const operation_row*> find_operation(pipe_fields& from) {
  if (!from.has(pipe_field::op))
    return refuse("the field 'op' is missing");
  const auto& name = from.text(pipe_field::op);
  for (const auto& row : operations)
    if (row.name == name)
      return &row;
  return fail(errc::unsupported, "there is no operation '" + name.substr(0, 32)
                                     + "': use set, get, touch, destroy, regenerate, all, length or clear");
}

result<void> check_fields(const pipe_fields& from, const operation_row& row) {
  const auto strange = from.present & ~row.allowed;
  for (std::size_t field = 0; field < strange.size(); ++field)
    if (strange[field])
      return refuse("the operation '" + std::string{row.name} + "' takes no "
                    + quoted(static_cast<pipe_field>(field)));
  return {};
}

} // namespace

result<void> pipe_request_reader::read(std::string_view line, pipe_request& into) {
  auto& from = fields_;
  auto outcome = read_pipe_fields(line, from);
  into.seq = number_if_present<std::uint64_t>(from, pipe_field::seq);
  if (!outcome)
    return outcome;
  const auto row = find_operation(from);
  if (!row)
    return tl::unexpected{row.error()};
  if (!into.seq)
    return refuse("the field 'seq' is missing: give each line a number of its own");
  into.operation = (*row)->operation;
  outcome = check_fields(from, **row);
  if (outcome && (*row)->allowed[static_cast<std::size_t>(pipe_field::id)])
    outcome = take_bytes(from, pipe_field::id, pipe_field::id_base64, into.id);
  if (outcome && into.operation == pipe_operation::set)
    outcome = take_bytes(from, pipe_field::data, pipe_field::data_base64, into.data);
  if (outcome && into.operation == pipe_operation::regenerate)
    outcome = take_bytes(from, pipe_field::new_id, pipe_field::new_id_base64, into.new_id);
  if (outcome && into.operation == pipe_operation::all)
    return take_listing(from, into.which);
  return outcome ? take_conditions(from, into.how) : outcome;
}

} // namespace cluster_store::apps
