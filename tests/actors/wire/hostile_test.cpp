#include <algorithm>
#include <random>

#include <cluster_store/actors/wire/status_codec.hpp>
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
      ++readable;
  if (wire::take_results_head(bytes))
    while (!bytes.empty() && wire::take_result(bytes))
      ++readable;
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
    wire::append_result(1, each, whole);
  const auto results = every_result();
  for (std::size_t size = 0; size < whole.size(); size += size < 1'000 ? 1 : 997) {
    std::string_view rest{whole.data(), size};
    for (std::size_t i = 0; !rest.empty(); ++i) {
      const auto item = wire::take_result(rest);
      if (!item)
        break;
      REQUIRE(item->what == results[i]);
    }
  }
}

TEST_CASE("an operation with a body that is too long or too short is invalid, alone") {
  std::vector<wire::operation> operations{every_operation()[0], every_operation()[0]};
  auto bytes = batch_of(operations);
  const auto head = batch_of({}).size();
  bytes.insert(head + 5 + static_cast<std::size_t>(static_cast<unsigned char>(bytes[head + 1])), "?");
  ++bytes[head + 1];
  auto batch = wire::batch_reader::open(bytes);
  REQUIRE(batch);
  const auto first = batch->next();
  REQUIRE(*first);
  CHECK((*first)->what.error().code == errc::invalid_argument);
  const auto second = batch->next();
  REQUIRE(*second);
  CHECK((*second)->what);
}

TEST_CASE("a set with an unknown flag, or with both conditions, is unsupported") {
  auto operation = every_operation()[1];
  operation.seq = 1;
  auto bytes = batch_of({operation});
  const auto flags = batch_of({}).size() + 5 + 1;
  for (const auto wrong : {0x08, 0x80, 0x06}) {
    bytes[flags] = static_cast<char>(wrong);
    auto batch = wire::batch_reader::open(bytes);
    const auto item = batch->next();
    REQUIRE(*item);
    CHECK((*item)->what.error().code == errc::unsupported);
  }
}

TEST_CASE("a result of a newer error code has an unknown outcome") {
  std::string bytes;
  wire::append_result(1, fail(errc::corrupt, "new"), bytes);
  bytes[5] = static_cast<char>(200);
  std::string_view rest{bytes};
  const auto item = wire::take_result(rest);
  REQUIRE(item);
  CHECK(item->what.error().code == errc::outcome_unknown);
}

TEST_CASE("a page that claims more sessions than it has bytes for is not readable, and costs nothing") {
  wire::answer page;
  page.what = wire::op::all;
  std::string bytes;
  wire::append_result(1, page, bytes);
  bytes.back() = '\x7f';
  std::string_view rest{bytes};
  CHECK_FALSE(wire::take_result(rest));
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
