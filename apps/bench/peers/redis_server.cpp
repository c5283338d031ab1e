#include <cluster_store/apps/bench/peers/redis_server.hpp>

#include <filesystem>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cluster_store/apps/bench/peers/redis_commands.hpp>
#include <cluster_store/apps/support/processes/other_program.hpp>
#include <cluster_store/backends/registry.hpp>

namespace cluster_store::apps {

namespace {

constexpr std::chrono::seconds ready_time_max{15};
constexpr std::chrono::seconds command_time_max{15};
constexpr std::chrono::minutes fill_time_max{30};

/// Waits for the line that says it is ready, then makes it quiet: nobody reads what else it would say.
result<void> await_ready(child_process& process, const redis_address& where, const std::string& cli) {
  const auto end = std::chrono::steady_clock::now() + ready_time_max;
  std::string said;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const auto line = process.read_line(std::max(left, std::chrono::milliseconds{0}));
    if (!line)
      return fail(errc::io_error, "redis-server did not get ready; it said: " + said);
    said += *line + '\n';
    if (line->find("eady to accept connections") != std::string::npos)
      break;
  }
  std::vector<std::string> command{cli};
  for (const auto& flag : where.flags())
    command.push_back(flag);
  command.insert(command.end(), {"CONFIG", "SET", "loglevel", "warning"});
  return run_program(command, command_time_max).map([](const std::string&) {});
}

} // namespace

std::vector<std::string> redis_address::flags() const {
  if (!socket.empty())
    return {"-s", socket};
  return {"-h", "127.0.0.1", "-p", std::to_string(port)};
}

result<redis_policy> redis_policy_for(const std::string& backend) {
  const auto where = backends::parse_uri(backend);
  if (!where)
    return tl::unexpected{where.error()};
  if (where->scheme == "memory")
    return redis_policy::memory;
  const auto sync = where->options.find("sync");
  if (sync == where->options.end() || sync->second == "always")
    return redis_policy::always;
  return sync->second == "interval" ? redis_policy::interval : redis_policy::never;
}

std::vector<std::string> redis_server_arguments(redis_policy policy, const redis_address& where,
                                                const std::string& directory) {
  std::vector<std::string> arguments{"--dir", directory, "--save", "", "--daemonize", "no"};
  const auto add = [&](std::initializer_list<std::string> more) { arguments.insert(arguments.end(), more); };
  if (where.socket.empty())
    add({"--port", std::to_string(where.port), "--bind", "127.0.0.1"});
  else
    add({"--port", "0", "--unixsocket", where.socket, "--unixsocketperm", "700"});
  add({"--appendonly", policy == redis_policy::memory ? "no" : "yes"});
  if (policy != redis_policy::memory)
    add({"--appendfsync",
         policy == redis_policy::always     ? "always"
         : policy == redis_policy::interval ? "everysec"
                                            : "no",
         "--auto-aof-rewrite-percentage", "0"});
  return arguments;
}

result<redis_server> redis_server::start(const bench_settings& how, std::optional<unsigned> processor) {
  const auto program = find_program("redis-server", "redis-server");
  const auto cli = find_program("redis-cli", "redis-tools");
  if (!program || !cli)
    return tl::unexpected{!program ? program.error() : cli.error()};
  const auto policy = redis_policy_for(how.backend);
  if (!policy)
    return tl::unexpected{policy.error()};
  auto files = temporary_directory::create(directory_beside(how.backend));
  auto sockets = temporary_directory::create();
  if (!files || !sockets)
    return tl::unexpected{!files ? files.error() : sockets.error()};
  redis_address where;
  if (how.transport == "tcp")
    where.port = free_port();
  else
    where.socket = *sockets / "socket";
  std::vector<std::string> arguments{*program};
  for (auto& argument : redis_server_arguments(*policy, where, files->path()))
    arguments.push_back(std::move(argument));
  auto process = child_process::start(arguments, {}, processor);
  if (!process)
    return tl::unexpected{process.error()};
  if (const auto ready = await_ready(*process, where, *cli); !ready)
    return tl::unexpected{ready.error()};
  return redis_server{*std::move(files), *std::move(sockets), *std::move(process), std::move(where)};
}

result<void> redis_server::fill(const load_settings& how) const {
  constexpr std::size_t block_bytes = 64 * 1024;
  const auto cli = find_program("redis-cli", "redis-tools");
  if (!cli)
    return tl::unexpected{cli.error()};
  std::vector<std::string> arguments{*cli};
  for (auto& flag : where_.flags())
    arguments.push_back(std::move(flag));
  arguments.emplace_back("--pipe");
  auto pipe = child_process::start(arguments);
  if (!pipe)
    return tl::unexpected{pipe.error()};
  redis_commands commands{how};
  std::string block;
  for (std::uint32_t key = 0; key < how.keys; ++key) {
    commands.append({operation_kind::set, key}, block);
    if (block.size() < block_bytes && key + 1 < how.keys)
      continue;
    if (const auto written = pipe->write(block); !written)
      return written;
    block.clear();
  }
  pipe->close_input();
  const auto wanted = "errors: 0, replies: " + std::to_string(how.keys);
  std::string said;
  while (const auto line = pipe->read_line(fill_time_max)) {
    if (*line == wanted)
      return {};
    said += *line + '\n';
  }
  return fail(errc::io_error, "redis-cli --pipe did not fill Redis; it said: " + said);
}

std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  const bool bound = probe != -1 && ::bind(probe, reinterpret_cast<sockaddr*>(&address), length) == 0
                     && ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  if (probe != -1)
    ::close(probe);
  return bound ? ntohs(address.sin_port) : 0;
}

std::string directory_beside(const std::string& backend) {
  const auto where = backends::parse_uri(backend);
  if (!where || where->path.empty())
    return {};
  std::error_code ignored;
  const auto path = std::filesystem::absolute(where->path + "/.", ignored).lexically_normal().parent_path();
  return path.parent_path().string();
}

} // namespace cluster_store::apps
