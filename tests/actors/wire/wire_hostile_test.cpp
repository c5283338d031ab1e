#include <algorithm>
#include <random>

#include <cluster_store/actors/wire/greeting.hpp>
#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/tests/actors/wire/wire_support.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

/// Reads `bytes` as everything they could be. @returns how many operations and results were readable.
std::size_t read_as_anything(std::string_view bytes) {
  std::size_t readable = 0;
  static_cast<void>(wire::decode_hello(bytes));
  static_cast<void>(wire::decode_welcome(bytes));
  static_cast<void>(wire::decode_bye(bytes));
  static_cast<void>(wire::decode_status(bytes));
  if (auto batch = wire::batch_reader::open(bytes))
    for (auto item = batch->next(); item && *item; item = batch->next())
      readable += read_item(**item) ? 1 : 0;
  if (wire::take_results_head(bytes))
    while (!bytes.empty()) {
      const auto item = wire::take_result(bytes);
      if (!item)
        break;
      readable += read_reply(item->what) ? 1 : 0;
    }
  return readable;
}

} // namespace

TEST_CASE("every truncation of a batch keeps the operations before the cut and ends with an error") {
  const auto whole = batch_of(every_operation());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = std::string{whole, 0, size};
    auto batch = wire::batch_reader::open(cut);
    if (!batch) {
      CHECK(batch.error().code == errc::invalid_argument);
      continue;
    }
    std::size_t count = 0;
    auto item = batch->next();
    for (; item && *item; item = batch->next())
      ++count;
    CHECK(count < every_operation().size());
    if (!item)
      CHECK_FALSE(*batch->next()); // nothing comes after what is not readable
  }
}

TEST_CASE("every truncation of a results frame is an error at its end and never a wrong result") {
  std::string whole;
  for (const auto& each : every_result())
    whole += each.bytes;
  const auto results = every_result();
  for (std::size_t size = 0; size < whole.size(); size += size < 1'000 ? 1 : 997) {
    std::string_view rest{whole.data(), size};
    for (std::size_t i = 0; !rest.empty(); ++i) {
      const auto item = wire::take_result(rest);
      if (!item)
        break;
      REQUIRE(read_reply(item->what) == results[i].what);
    }
  }
}

TEST_CASE("an operation that is cut off anywhere is not readable, and one with more is of a newer program") {
  for (const auto& each : every_operation()) {
    INFO(each.is().name);
    const auto body = body_of(each.what);
    for (std::size_t size = 0; size < body.size(); ++size)
      CHECK(read_item({each.is().tag, 1, std::string_view{body}.substr(0, size)}).error().code
            == errc::invalid_argument);
    CHECK(read_item({each.is().tag, 1, body + "?"}).error().code == errc::unsupported);
  }
}

TEST_CASE("a flag that is not known is of a newer program") {
  auto body = body_of(set("id", "data").what);
  for (const auto wrong : {0x08, 0x80, 0xff}) {
    body[0] = static_cast<char>(wrong);
    CHECK(read_item({set("", "").is().tag, 1, body}).error().code == errc::unsupported);
  }
}

TEST_CASE("a reply that is cut off anywhere, or has more, is not readable") {
  for (const auto& each : every_result()) {
    std::string_view rest{each.bytes};
    const auto item = wire::take_result(rest);
    if (!item->what)
      continue;
    INFO("operation " << int{item->what->tag});
    const auto body = item->what->body;
    for (std::size_t size = 0; size < body.size(); size += size < 1'000 ? 1 : 997)
      CHECK_FALSE(read_reply(wire::reply{item->what->tag, body.substr(0, size)}));
    CHECK_FALSE(read_reply(wire::reply{item->what->tag, std::string{body} + "?"}));
  }
}

TEST_CASE("a result of a newer error code has an unknown outcome") {
  std::string bytes;
  wire::append_failure(1, {errc::corrupt, "new"}, bytes);
  bytes[5] = static_cast<char>(200);
  std::string_view rest{bytes};
  const auto item = wire::take_result(rest);
  REQUIRE(item);
  CHECK(item->what.error().code == errc::outcome_unknown);
}

TEST_CASE("a list that claims more than it has bytes for is not readable, and costs nothing") {
  const std::string endless = "\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  CHECK_FALSE(read_reply(wire::reply{all().is().tag, std::string(1, '\0') + endless}));
  CHECK_FALSE(read_reply(wire::reply{mget({}).is().tag, endless}));
  CHECK_FALSE(read_item({mget({}).is().tag, 1, endless}));
}

TEST_CASE("random bytes and random damage never do harm") {
  const auto seed = GENERATE(take(10, random(1, 1'000'000'000)));
  INFO("seed " << seed);
  std::mt19937 random{static_cast<std::uint32_t>(seed)};
  const auto byte = [&random] { return static_cast<char>(random() & 0xff); };
  auto whole = batch_of(every_operation());
  std::size_t readable = 0;
  for (int i = 0; i < 2'000; ++i) {
    std::string noise(random() % 200, '\0');
    std::generate(noise.begin(), noise.end(), byte);
    readable += read_as_anything(noise);
    auto damaged = whole;
    for (auto left = 1 + random() % 4; left > 0; --left)
      damaged[random() % damaged.size()] = byte();
    readable += read_as_anything(damaged);
  }
  CHECK(readable > 0);
}
