// Loaded into a program before its libraries (LD_PRELOAD): shifts the wall clock that it sees by so many
// seconds as SHIFTED_CLOCK_SECONDS says. The steady clock stays.

#include <cerrno>
#include <cstdlib>

#include <ctime>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

time_t shift() {
  const char* const text = std::getenv("SHIFTED_CLOCK_SECONDS");
  return text == nullptr ? 0 : std::strtoll(text, nullptr, 10);
}

} // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* into) noexcept {
  const auto done = ::syscall(SYS_clock_gettime, clock, into);
  if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    into->tv_sec += shift();
  return static_cast<int>(done);
}

int gettimeofday(timeval* into, void*) noexcept {
  timespec now{};
  if (clock_gettime(CLOCK_REALTIME, &now) != 0)
    return -1;
  into->tv_sec = now.tv_sec;
  into->tv_usec = now.tv_nsec / 1'000;
  return 0;
}

time_t time(time_t* into) noexcept {
  timespec now{};
  if (clock_gettime(CLOCK_REALTIME, &now) != 0)
    return -1;
  if (into != nullptr)
    *into = now.tv_sec;
  return now.tv_sec;
}

} // extern "C"
