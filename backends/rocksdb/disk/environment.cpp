#include <cluster_store/backends/rocksdb/disk/environment.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

namespace cluster_store::backends {
namespace {

using rocksdb::Status;

constexpr std::uint64_t second_micros = 1'000'000;

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
    *seconds = static_cast<std::int64_t>(NowMicros() / second_micros);
    return Status::OK();
  }
};

const std::shared_ptr<rocksdb::SystemClock>& clock_for_rocksdb() {
  static const auto& only = *new std::shared_ptr<rocksdb::SystemClock>{
      std::make_shared<clock_since_1970>(rocksdb::SystemClock::Default())};
  return only; // never ends: stores may have static storage
}

class environment final : public rocksdb::EnvWrapper {
public:
  explicit environment(std::unique_ptr<rocksdb::Env> inner) : EnvWrapper{std::move(inner)} {
    system_clock_ = clock_for_rocksdb();
  }

  const char* Name() const override { return "cluster_store.environment"; }
  std::uint64_t NowMicros() override { return system_clock_->NowMicros(); }
  Status GetCurrentTime(std::int64_t* seconds) override { return system_clock_->GetCurrentTime(seconds); }
};

class logger final : public rocksdb::Logger {
public:
  explicit logger(int file) : file_{file} {}
  logger(const logger&) = delete;
  logger& operator=(const logger&) = delete;
  ~logger() override { ::close(file_); }

  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    auto& clock = *clock_for_rocksdb();
    auto line = clock.TimeToString(clock.NowMicros() / second_micros) + " ";
    std::array<char, 8'192> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    line.append(text.data()).append(1, '\n');
    if (const auto written = ::write(file_, line.data(), line.size()); written > 0)
      bytes_ += static_cast<std::size_t>(written);
  }

  std::size_t GetLogFileSize() const override { return bytes_; }

private:
  int file_;
  std::atomic<std::size_t> bytes_ = 0;
};

} // namespace

std::unique_ptr<rocksdb::Env> environment_of(const std::shared_ptr<rocksdb::FileSystem>& files) {
  return std::make_unique<environment>(rocksdb::NewCompositeEnv(files));
}

std::shared_ptr<rocksdb::Logger> make_rocksdb_logger(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  return file < 0 ? nullptr : std::make_shared<logger>(file);
}

} // namespace cluster_store::backends
