#include <cluster_store/actors/endpoint.hpp>

#include <cstdlib>

#include <arpa/inet.h>
#include <sys/un.h>
#include <unistd.h>

#include <cluster_store/backends/whole_number.hpp>

namespace cluster_store {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t unix_path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t host_bytes_max = 253; // of a name in DNS, RFC 1035

tl::unexpected<error> bad(std::string_view text, std::string_view why) {
  return fail(errc::invalid_argument, "endpoint '" + std::string{text} + "': " + std::string{why}
                                          + "; write unix:PATH, HOST:PORT or [IPV6]:PORT");
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

result<endpoint> parse_unix(std::string_view text) {
  const auto path = text.substr(unix_prefix.size());
  if (path.empty())
    return bad(text, "there is no path");
  if (path.find('\0') != std::string_view::npos)
    return bad(text, "the path has a zero byte");
  if (path.size() > unix_path_bytes_max)
    return bad(text,
               "the path of a Unix socket has at most " + std::to_string(unix_path_bytes_max) + " bytes");
  return endpoint{endpoint::kind::unix_socket, std::string{path}, {}, 0};
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-'
         || c == '_';
}

} // namespace

result<endpoint> parse_endpoint(std::string_view text) {
  if (text.starts_with(unix_prefix))
    return parse_unix(text);
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return bad(text, "there is no port");
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  endpoint result{endpoint::kind::tcp, {}, {}, 0};
  const auto port = parse_whole_number(digits, 0, UINT16_MAX);
  if (!port)
    return bad(text, "the port " + port.error().message);
  result.port = static_cast<std::uint16_t>(*port);
  if (host.starts_with('[') && host.ends_with(']')) {
    result.host = host.substr(1, host.size() - 2);
    if (!is_ipv6(result.host))
      return bad(text, "what is in brackets is not an IPv6 address");
    return result;
  }
  if (host.empty())
    return bad(text, "there is no host");
  if (host.find(':') != std::string_view::npos)
    return bad(text, "an IPv6 address goes in brackets");
  if (host.size() > host_bytes_max || host.starts_with('-')
      || host.find_first_not_of('.') == std::string_view::npos)
    return bad(text, "this is not a host");
  for (const auto c : host)
    if (!is_host_character(c))
      return bad(text, "a host has letters, digits, '.', '-' and '_'");
  result.host = host;
  return result;
}

std::string to_string(const endpoint& where) {
  if (where.what == endpoint::kind::unix_socket)
    return std::string{unix_prefix} + where.path;
  const bool brackets = where.host.find(':') != std::string::npos;
  return (brackets ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

bool is_loopback(const endpoint& where) {
  if (where.what == endpoint::kind::unix_socket || where.host == "localhost")
    return true;
  in_addr four{};
  if (::inet_pton(AF_INET, where.host.c_str(), &four) == 1)
    return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return ::inet_pton(AF_INET6, where.host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

endpoint default_endpoint() {
  const auto* runtime = std::getenv("XDG_RUNTIME_DIR");
  const auto directory = runtime != nullptr && *runtime == '/'
                             ? std::string{runtime}
                             : "/tmp/cluster-store-" + std::to_string(::geteuid());
  return {endpoint::kind::unix_socket, directory + "/cluster-store.sock", {}, 0};
}

} // namespace cluster_store
