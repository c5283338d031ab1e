#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/actors/server.hpp>

namespace cluster_store::apps {

/// What the flags of `serve` say, as texts.
struct serve_flags {
  std::vector<std::string> listen;
  std::vector<std::string> stores; ///< Each `NAME=URI`.
  std::string sync;                ///< Empty: as the URIs say.
  std::string secret_file;
  std::string admin_secret_file; ///< Empty: everybody is an admin, too.
  tls_options tls;
  std::uint64_t connections_max = server_options{}.connections_max;
  std::uint64_t memory_max_mib = server_options{}.memory_bytes_max >> 20;
  std::string ttl_default;  ///< Empty: sessions without a ttl live for ever.
  std::string logout_guard; ///< Empty: off.
  bool restored = false;    ///< The stores' data are copies that were put back.
};

/// The store of a `serve` without `--store`.
inline constexpr std::string_view default_store = "default=rocksdb:./cluster-store-data";

/// Reads `NAME=URI`, `--ttl-default` and `--logout-guard`. Pure.
/// @errors `invalid_argument` saying what is wrong.
result<store_options> parse_store(const std::string& text);
result<time_to_live> parse_ttl_default(const std::string& text);
result<time_to_live> parse_logout_guard(const std::string& text);

/// Turns flags into options. Pure.
/// @errors `invalid_argument` naming the flag and what is wrong with it.
result<server_options> read_serve_flags(const serve_flags& flags);

/// @returns the backend URI `uri` with its option `sync` set to `sync`; unchanged if its engine is not
/// durable.
/// @errors as of `backends::parse_uri`.
result<std::string> with_sync(std::string_view uri, std::string_view sync);

} // namespace cluster_store::apps
