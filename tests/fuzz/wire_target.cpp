#include <cluster_store/actors/wire/wire.hpp>

#include <vector>

#include <cluster_store/actors/wire/status_codec.hpp>

#include <cluster_store/tests/fuzz/byte_source.hpp>
#include <cluster_store/tests/fuzz/property.hpp>
#include <cluster_store/tests/fuzz/targets.hpp>

namespace cluster_store::fuzz {

namespace {

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

void expect_round_trip(const wire::batch_head& head, const wire::operation& what) {
  wire::batch_writer batch{head};
  batch.add(what);
  const auto bytes = std::move(batch).take();
  auto reader = wire::batch_reader::open(bytes);
  expect(reader && reader->head() == head, "a batch's head is read as it was written");
  const auto item = reader->next();
  expect(item && *item && (*item)->seq == what.seq && (*item)->what == what,
         "an operation is read as it was written");
  const auto end = reader->next();
  expect(end && !*end, "a batch ends behind its last operation");
}

bool read_batch(std::string_view bytes) {
  auto batch = wire::batch_reader::open(bytes);
  if (!batch)
    return false;
  std::size_t count = 0;
  auto item = batch->next();
  for (; item && *item; item = batch->next()) {
    expect(++count * 5 <= bytes.size(), "an operation has at least 5 bytes");
    const auto& what = (*item)->what;
    if (!what) {
      const auto code = what.error().code;
      expect(code == errc::invalid_argument || code == errc::unsupported, "a bad operation is refused alone");
      continue;
    }
    for (const auto text : {what->id, what->data, what->target, what->cursor, what->prefix})
      expect(lies_in(text, bytes), "an operation looks into its own frame");
    expect_round_trip(batch->head(), *what);
  }
  const auto after = batch->next();
  expect(after && !*after, "nothing comes behind the end of a batch");
  return count > 0;
}

void expect_round_trip(const wire::result_item& item) {
  std::string bytes;
  wire::append_result(item.seq, item.what, bytes);
  std::string_view rest{bytes};
  const auto again = wire::take_result(rest);
  expect(again && again->seq == item.seq && again->what == item.what && rest.empty(),
         "a result is read as it was written");
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

/// An operation made of any values that the format can carry; the writer's side of the round trip.
bool write_operation(byte_source from) {
  constexpr auto ops = 8u;
  wire::operation what;
  what.what = static_cast<wire::op>(1 + from.byte() % ops);
  what.seq = from.any_size() | 1;
  const auto is = [&](auto... any) { return ((what.what == any) || ...); };
  using enum wire::op;
  if (is(get, set, touch, destroy, regenerate))
    what.id = from.text();
  if (is(set))
    what.data = from.text();
  if (is(set, touch) && from.flag())
    what.ttl = time_to_live{static_cast<std::int64_t>(from.any_size())};
  if (is(set))
    what.when.what = static_cast<wire::condition::kind>(from.byte() % 3);
  if (what.when.what != wire::condition::kind::none)
    what.when.version = from.any_size();
  if (is(regenerate))
    what.target = from.text();
  if (is(all)) {
    what.cursor = from.text();
    what.prefix = from.text();
    what.rows_max = from.number<std::uint32_t>();
  }
  expect_round_trip({{}, from.any_size(), from.any_size()}, what);
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

bool write_result(byte_source from) {
  wire::result_item item;
  item.seq = from.any_size();
  if (from.flag()) {
    item.what = fail(errc_table[from.byte() % errc_table.size()].code, std::string{from.text()});
    expect_round_trip(item);
    return true;
  }
  auto& answer = *item.what;
  answer.what = static_cast<wire::op>(1 + from.byte() % 8);
  using enum wire::op;
  const auto is = [&](auto... any) { return ((answer.what == any) || ...); };
  if (is(get, touch, destroy, regenerate))
    answer.found = from.flag();
  if (is(get) && answer.found)
    answer.content = some_session(from);
  if (is(set, regenerate))
    answer.content.version = from.any_size();
  if (is(length, clear))
    answer.count = from.any_size();
  if (is(all)) {
    answer.cursor = from.text();
    for (auto rows = from.byte() % 8; rows > 0; --rows) {
      wire::listed_session row;
      row.id = from.text();
      row.content = some_session(from);
      answer.sessions.push_back(std::move(row));
    }
  }
  expect_round_trip(item);
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
