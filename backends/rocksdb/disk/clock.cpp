#include <cluster_store/backends/rocksdb/disk/clock.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

namespace cluster_store::backends {
namespace {

using rocksdb::Status;

class clock_since_1970 final : public rocksdb::SystemClockWrapper {
public:
  using SystemClockWrapper::SystemClockWrapper;

  const char* Name() const override { return "cluster_store.clock"; }

  std::uint64_t NowMicros() override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto shown = now.count() >= 0 ? now : std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(shown).count());
  }

  Status GetCurrentTime(std::int64_t* seconds) override {
    constexpr std::uint64_t second_micros = 1'000'000;
    *seconds = static_cast<std::int64_t>(NowMicros() / second_micros);
    return Status::OK();
  }
};

class environment final : public rocksdb::EnvWrapper {
public:
  explicit environment(std::unique_ptr<rocksdb::Env> inner) : EnvWrapper{std::move(inner)} {
    system_clock_ = clock_for_rocksdb();
  }

  const char* Name() const override { return "cluster_store.environment"; }
  std::uint64_t NowMicros() override { return system_clock_->NowMicros(); }
  Status GetCurrentTime(std::int64_t* seconds) override { return system_clock_->GetCurrentTime(seconds); }
};

} // namespace

const std::shared_ptr<rocksdb::SystemClock>& clock_for_rocksdb() {
  static const auto& only = *new std::shared_ptr<rocksdb::SystemClock>{
      std::make_shared<clock_since_1970>(rocksdb::SystemClock::Default())};
  return only; // never ends: stores may have static storage
}

std::unique_ptr<rocksdb::Env> environment_of(const std::shared_ptr<rocksdb::FileSystem>& files) {
  return std::make_unique<environment>(rocksdb::NewCompositeEnv(files));
}

} // namespace cluster_store::backends
