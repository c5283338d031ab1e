#include <type_traits>
#include <vector>

#include <cluster_store/actors/wire/greeting.hpp>
#include <cluster_store/tests/fuzz/byte_source.hpp>
#include <cluster_store/tests/fuzz/property.hpp>
#include <cluster_store/tests/fuzz/targets.hpp>
#include <cluster_store/tests/support/operation.hpp>

namespace cluster_store::fuzz {

namespace {

using tests::numbered_operation;

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.end() <= whole.end());
}

bool read_hello(std::string_view bytes) {
  const auto said = wire::decode_hello(bytes);
  if (!said) {
    expect(said.error().code == errc::invalid_argument, "a hello that is not readable is invalid");
    return false;
  }
  expect(!said->store.empty() && said->store.size() <= 64, "a store's name has 1 to 64 bytes");
  expect(said->worker.size() <= 64, "a worker's name has at most 64 bytes");
  expect(wire::decode_hello(wire::encode(*said)) == *said, "a hello is read as it was written");
  return true;
}

bool read_welcome(std::string_view bytes) {
  const auto said = wire::decode_welcome(bytes);
  expect(!said || said->ticket != 0, "no welcome grants ticket 0");
  expect(wire::decode_welcome(wire::encode(said)) == said, "a welcome or refusal is read as it was written");
  return said.has_value();
}

bool read_bye(std::string_view bytes) {
  const auto said = wire::decode_bye(bytes);
  expect(!said || wire::decode_bye(wire::encode(*said)) == *said, "a bye is read as it was written");
  return said.has_value();
}

bool read_status(std::string_view bytes) {
  const auto said = wire::decode_status(bytes);
  const auto again = wire::encode_status(said);
  expect(wire::encode_status(wire::decode_status(again)) == again, "a status is read as it was written");
  return said.has_value();
}

void expect_round_trip(const wire::batch_head& head, const numbered_operation& what) {
  wire::batch_writer batch{head};
  tests::add(batch, what);
  const auto bytes = std::move(batch).take();
  auto reader = wire::batch_reader::open(bytes);
  expect(reader && reader->head() == head, "a batch's head is read as it was written");
  const auto item = reader->next();
  expect(item && *item && (*item)->seq == what.seq && tests::read_item(**item) == what.what,
         "an operation is read as it was written");
  const auto end = reader->next();
  expect(end && !*end, "a batch ends behind its last operation");
}

/// Views of an operation look into its own frame.
void expect_inside(const operations::any_of<std::string_view>& what, std::string_view frame) {
  std::visit(
      [&]<class Operation>(const Operation& operation) {
        Operation::visit(operation, [&]<class T>(const operations::field&, const T& value) {
          if constexpr (std::is_same_v<T, std::string_view>)
            expect(lies_in(value, frame), "an operation looks into its own frame");
          else if constexpr (operations::is_list<T>)
            for (const auto each : value)
              expect(lies_in(each, frame), "an operation looks into its own frame");
        });
      },
      what);
}

bool read_batch(std::string_view bytes) {
  auto batch = wire::batch_reader::open(bytes);
  if (!batch)
    return false;
  std::size_t count = 0;
  auto item = batch->next();
  for (; item && *item; item = batch->next()) {
    expect(++count * 5 <= bytes.size(), "an operation has at least 5 bytes");
    expect(lies_in((*item)->body, bytes), "an operation looks into its own frame");
    operations::any_of<std::string_view> what;
    if (operations::decode<std::string_view>((*item)->tag, (*item)->body, what) != operations::coding::good)
      continue;
    expect_inside(what, bytes);
    expect_round_trip(batch->head(), {tests::read_item(**item).value(), (*item)->seq});
  }
  const auto after = batch->next();
  expect(after && !*after, "nothing comes behind the end of a batch");
  return count > 0;
}

void write(const result<wire::reply>& what, std::uint64_t seq, std::string& bytes) {
  if (what)
    wire::append_reply(seq, what->tag, bytes, [&](auto& to) { to.raw(what->body); });
  else
    wire::append_failure(seq, what.error(), bytes);
}

void expect_round_trip(const wire::result_item& item) {
  std::string bytes;
  write(item.what, item.seq, bytes);
  std::string_view rest{bytes};
  const auto again = wire::take_result(rest);
  expect(again && again->seq == item.seq && again->what == item.what && rest.empty(),
         "a result is read as it was written");
  expect(tests::read_reply(again->what) == tests::read_reply(item.what), "a reply means what it meant");
}

bool read_results(std::string_view bytes) {
  const auto head = wire::take_results_head(bytes);
  if (!head)
    return false;
  std::string written;
  wire::append_results_head(*head, written);
  std::string_view rest{written};
  expect(wire::take_results_head(rest) == *head && rest.empty(),
         "a results frame's head is read as it was written");
  std::size_t count = 0;
  while (!bytes.empty()) {
    const auto before = bytes.size();
    const auto item = wire::take_result(bytes);
    if (!item)
      return count > 0;
    expect(bytes.size() < before, "every result takes bytes off the frame");
    expect_round_trip(*item);
    ++count;
  }
  return true;
}

session some_session(byte_source& from) {
  session content;
  content.version = from.any_size();
  if (from.flag())
    content.ttl = time_to_live{static_cast<std::int64_t>(from.any_size())};
  content.data = from.text();
  return content;
}

void fill(byte_source& from, std::string& value) {
  value = from.text();
}

void fill(byte_source& from, std::uint32_t& value) {
  value = from.number<std::uint32_t>();
}

void fill(byte_source& from, std::uint64_t& value) {
  value = from.any_size();
}

void fill(byte_source& from, bool& value) {
  value = from.flag();
}

void fill(byte_source& from, std::optional<time_to_live>& value) {
  if (from.flag())
    value = time_to_live{static_cast<std::int64_t>(from.any_size())};
}

void fill(byte_source& from, std::optional<version_number>& value) {
  if (from.flag())
    value = from.any_size();
}

void fill(byte_source& from, std::vector<std::string>& value) {
  for (auto left = from.byte() % 8; left > 0; --left)
    value.emplace_back(from.text());
}

void fill(byte_source& from, std::optional<session>& value) {
  if (from.flag())
    value = some_session(from);
}

void fill(byte_source& from, std::vector<std::optional<session>>& value) {
  for (auto left = from.byte() % 8; left > 0; --left)
    fill(from, value.emplace_back());
}

void fill(byte_source& from, listing& value) {
  value.cursor = from.text();
  for (auto left = from.byte() % 8; left > 0; --left) {
    std::string id{from.text()};
    value.sessions.push_back({std::move(id), some_session(from)});
  }
}

/// Calls `use` with one of all operations, as yet empty.
template <class Use>
void with_some_operation(byte_source& from, const Use& use) {
  const auto chosen = from.byte() % operations::descriptions.size();
  std::size_t index = 0;
  operations::for_each<std::string>([&]<class Operation>() {
    if (index++ == chosen)
      use(Operation{});
  });
}

/// An operation made of any values that the format can carry; the writer's side of the round trip.
bool write_operation(byte_source from) {
  with_some_operation(from, [&]<class Operation>(Operation what) {
    Operation::visit(what, [&](const operations::field&, auto& value) { fill(from, value); });
    const auto seq = from.any_size() | 1;
    expect_round_trip({{}, from.any_size(), from.any_size()}, {what, seq});
  });
  return true;
}

/// What `write` takes.
template <class Reply>
const Reply& shown(const Reply& reply) {
  return reply;
}

std::optional<session_view> shown(const std::optional<session>& found) {
  return found ? std::optional{session_view{found->data, found->version, found->ttl}} : std::nullopt;
}

std::vector<std::optional<session_view>> shown(const std::vector<std::optional<session>>& sessions) {
  std::vector<std::optional<session_view>> out;
  for (const auto& each : sessions)
    out.push_back(shown(each));
  return out;
}

bool write_result(byte_source from) {
  const auto seq = from.any_size();
  std::string bytes;
  if (from.flag())
    wire::append_failure(seq, {errc_table[from.byte() % errc_table.size()].code, std::string{from.text()}},
                         bytes);
  else
    with_some_operation(from, [&]<class Operation>(const Operation&) {
      typename Operation::reply reply{};
      fill(from, reply);
      wire::append_reply(seq, Operation::is.tag, bytes,
                         [&](auto& to) { operations::write(to, shown(reply)); });
      std::string_view rest{bytes};
      const auto item = wire::take_result(rest);
      typename Operation::reply again{};
      wire::reader in{item->what->body};
      operations::read(in, again);
      expect(in.done() && again == reply, "a reply is read as it was written");
    });
  std::string_view rest{bytes};
  const auto item = wire::take_result(rest);
  expect(item && rest.empty(), "a result is read as it was written");
  expect_round_trip(*item);
  return true;
}

} // namespace

bool wire(std::string_view bytes) {
  if (bytes.empty())
    return false;
  const auto which = bytes.front();
  bytes.remove_prefix(1);
  switch (which) {
  case 'h':
    return read_hello(bytes);
  case 'w':
    return read_welcome(bytes);
  case 'y':
    return read_bye(bytes);
  case 's':
    return read_status(bytes);
  case 'b':
    return read_batch(bytes);
  case 'r':
    return read_results(bytes);
  case 'O':
    return write_operation(byte_source{bytes});
  case 'R':
    return write_result(byte_source{bytes});
  default:
    return false;
  }
}

} // namespace cluster_store::fuzz
