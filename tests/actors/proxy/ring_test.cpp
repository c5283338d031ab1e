#include <cluster_store/actors/proxy/ring.hpp>

#include <deque>
#include <memory>
#include <random>

#include <cluster_store/tests/support/catch.hpp>

using cluster_store::actors::ring;

TEST_CASE("a ring behaves like a deque, whatever is pushed and popped") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  ring<int> subject;
  std::deque<int> model;
  for (int step = 0; step < 20'000; ++step) {
    if (model.empty() || random() % 100 < 51) {
      subject.push_back(step);
      model.push_back(step);
    } else {
      subject.pop_front();
      model.pop_front();
    }
    cluster_store::backends::invariants::check(subject);
    REQUIRE(subject.size() == model.size());
    if (!model.empty()) {
      const auto position = random() % model.size();
      REQUIRE(subject[position] == model[position]);
      REQUIRE(subject.front() == model.front());
    }
  }
}

TEST_CASE("a ring lets go of what is popped at once") {
  ring<std::shared_ptr<int>> subject;
  auto value = std::make_shared<int>(1);
  subject.push_back(value);
  subject.pop_front();
  CHECK(value.use_count() == 1);
}
