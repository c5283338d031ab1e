#include <cluster_store/backends/tables/slot_table.hpp>

#include <random>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>

using cluster_store::backends::invariants;
using cluster_store::backends::slot_table;

namespace {

/// A table whose things are numbers; `narrow` squeezes their hashes so that many collide.
class numbers {
public:
  explicit numbers(std::uint64_t narrow) : narrow_{narrow}, present_(2'000, false) {}

  void toggle(std::uint32_t number) {
    if (present_[number])
      table_.erase(hash_of(number), number);
    else
      table_.insert(hash_of(number), number);
    present_[number] = !present_[number];
    invariants::check(table_);
  }

  bool is_right() const {
    for (std::uint32_t number = 0; number < present_.size(); ++number) {
      const auto found = table_.find(hash_of(number), [&](std::uint32_t slot) { return slot == number; });
      if (found != (present_[number] ? number : slot_table::none))
        return false;
    }
    return true;
  }

private:
  std::uint64_t hash_of(std::uint32_t number) const { return (number % narrow_) * 0x9E37'79B9'7F4A'7C15u; }

  std::uint64_t narrow_;
  slot_table table_;
  std::vector<bool> present_;
};

} // namespace

TEST_CASE("a table finds what is in it and nothing else, however much the hashes collide") {
  const auto seed = GENERATE(take(3, random(1u, 1'000'000'000u)));
  const auto narrow = GENERATE(as<std::uint64_t>{}, 1, 7, 100, 1'000'000);
  CAPTURE(seed, narrow);
  std::mt19937 random_number{seed};
  numbers table{narrow};
  for (int step = 0; step < 4'000; ++step) {
    table.toggle(static_cast<std::uint32_t>(random_number() % (narrow == 1 ? 100 : 2'000)));
    if (step % 200 == 0)
      REQUIRE(table.is_right());
  }
  CHECK(table.is_right());
}

TEST_CASE("entries at the end of a table wrap around to its start") {
  slot_table table;
  const std::uint64_t last = ~std::uint64_t{0};
  for (std::uint32_t slot = 0; slot < 10; ++slot)
    table.insert(last, slot);
  table.insert(0, 100);
  for (std::uint32_t slot = 0; slot < 10; slot += 2)
    table.erase(last, slot);
  invariants::check(table);
  for (std::uint32_t slot = 0; slot < 10; ++slot)
    CHECK((table.find(last, [&](std::uint32_t each) { return each == slot; }) == slot) == (slot % 2 == 1));
  CHECK(table.find(0, [](std::uint32_t each) { return each == 100; }) == 100);
  table.clear();
  CHECK(table.find(0, [](std::uint32_t) { return true; }) == slot_table::none);
}

TEST_CASE("a table that was reset is empty and takes new entries") {
  slot_table table;
  for (std::uint32_t slot = 0; slot < 10; ++slot)
    table.insert(slot, slot);
  table.reset();
  invariants::check(table);
  CHECK(table.find(0, [](std::uint32_t) { return true; }) == slot_table::none);
  table.insert(0, 7);
  CHECK(table.find(0, [](std::uint32_t) { return true; }) == 7);
}
