#include <cluster_store/apps/support/processes/master_process.hpp>

#include <csignal>
#include <random>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <cluster_store/apps/support/terminal/output.hpp>

namespace cluster_store::apps {

namespace {

constexpr std::chrono::seconds ready_time_max{15};

/// Writes a secret of 128 random bits.
result<void> write_secret(const std::string& path) {
  std::random_device random;
  std::string digits;
  for (int word = 0; word < 4; ++word)
    digits += std::to_string(random()) + "-";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = file != -1 && write_all(file, digits) == 0;
  if (file != -1)
    ::close(file);
  if (!written)
    return fail(errc::io_error, "cannot write the secret file " + path);
  return {};
}

} // namespace

result<master_process> master_process::start(const master_settings& how) {
  auto directory = temporary_directory::create();
  if (!directory)
    return tl::unexpected{directory.error()};
  const auto secret_file = *directory / "secret";
  if (auto written = write_secret(secret_file); !written)
    return tl::unexpected{written.error()};
  const auto listen = how.tcp ? std::string{"127.0.0.1:0"} : "unix:" + (*directory / "socket");
  std::vector<std::string> arguments{program_beside("cluster-store"),
                                     "serve",
                                     "--secret-file",
                                     secret_file,
                                     "--store",
                                     how.store,
                                     "--listen",
                                     listen};
  auto process = child_process::start(arguments, how.log, how.processor);
  if (!process)
    return tl::unexpected{process.error()};
  master_process master{*std::move(directory), *std::move(process), std::move(arguments), how};
  master.secret_file_ = secret_file;
  if (auto ready = master.await_ready(); !ready)
    return tl::unexpected{ready.error()};
  return master;
}

result<void> master_process::restart() {
  auto process = child_process::start(arguments_, how_.log, how_.processor);
  if (!process)
    return tl::unexpected{process.error()};
  process_ = *std::move(process);
  return await_ready();
}

void master_process::kill() {
  process_.signal(SIGKILL);
  process_.wait(ready_time_max);
}

result<void> master_process::await_ready() {
  constexpr std::string_view ready = "ready ";
  const auto line = process_.read_line(ready_time_max);
  if (!line || !line->starts_with(ready))
    return fail(errc::io_error, arguments_.front() + " serve did not get ready"
                                    + (how_.log.empty() ? std::string{} : ": see " + how_.log));
  auto where = parse_endpoint(line->substr(ready.size()));
  if (!where)
    return tl::unexpected{where.error()};
  where_ = *std::move(where);
  arguments_.back() = to_string(where_); // the port that was chosen, for a restart
  return {};
}

} // namespace cluster_store::apps
