#include <cluster_store/backends/rocksdb/disk/logger.hpp>

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

#include <rocksdb/env.h>
#include <rocksdb/system_clock.h>

#include <cluster_store/backends/rocksdb/disk/clock.hpp>

namespace cluster_store::backends {
namespace {

constexpr std::uint64_t second_micros = 1'000'000;

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

std::shared_ptr<rocksdb::Logger> make_rocksdb_logger(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  return file < 0 ? nullptr : std::make_shared<logger>(file);
}

} // namespace cluster_store::backends
