#include <cluster_store/apps/bench/process_usage.hpp>

#include <cluster_store/tests/support/catch.hpp>

#include <unistd.h>

using namespace cluster_store::apps;
using std::chrono::milliseconds;

TEST_CASE("processor time is that in user mode and that in the system, whatever the process is called") {
  const std::string behind = " S 1 42 42 0 -1 4194304 900 0 1 0 250 50 7 8 20 0 5 0 100 1 2";
  CHECK(processor_time_in("42 (redis-server)" + behind, 100) == milliseconds{3'000});
  CHECK(processor_time_in("42 (a) b (c)" + behind, 1'000) == milliseconds{300});
}

TEST_CASE("a text that is not of /proc/PID/stat has no processor time") {
  for (const auto* text :
       {"", "42", "42 (name", "42 (name) S 1 2 3", "42 (n) S 1 2 3 4 5 6 7 8 9 10 x 5 0"}) {
    INFO(text);
    CHECK_FALSE(processor_time_in(text, 100));
  }
}

TEST_CASE("memory is read from the line with its key") {
  const std::string_view status =
      "Name:\tVmRSS\nVmPeak:\t  900 kB\nVmHWM:\t  120 kB\nVmRSS:\t   64 kB\nThreads:\t3\n";
  CHECK(bytes_in(status, "VmRSS") == 64 * 1024);
  CHECK(bytes_in(status, "VmHWM") == 120 * 1024);
  CHECK_FALSE(bytes_in(status, "VmSwap"));
  CHECK_FALSE(bytes_in(status, "Vm"));
  CHECK_FALSE(bytes_in(status, "Threads"));
  CHECK_FALSE(bytes_in("", "VmRSS"));
}

TEST_CASE("this process uses something, and one that is not there nothing") {
  const auto used = usage_of(::getpid());
  REQUIRE(used);
  CHECK(used->resident_bytes > 0);
  CHECK(used->resident_bytes_max >= used->resident_bytes);
  CHECK_FALSE(usage_of(-1));
}

TEST_CASE("memory of a session is what was added, divided by the sessions") {
  CHECK(memory_per_session({{}, 1'000, 0}, {{}, 5'000, 0}, 8) == 500);
  CHECK(memory_per_session({{}, 5'000, 0}, {{}, 1'000, 0}, 8) == -500);
}
