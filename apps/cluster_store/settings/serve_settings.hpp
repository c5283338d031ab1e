#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/actors/children.hpp>
#include <cluster_store/actors/server.hpp>

namespace cluster_store::apps {

/// What the flags of `serve` say.
struct serve_flags {
  server_options how; ///< But for its stores.
  std::vector<store_options> stores;
  std::string sync; ///< Empty: as the URIs say.
  std::uint64_t memory_max_mib = server_options{}.memory_bytes_max >> 20;
  std::optional<time_to_live> ttl_default;  ///< None: sessions without a ttl live for ever.
  std::optional<time_to_live> logout_guard; ///< None: off.
  bool restored = false;                    ///< The stores' data are copies that were put back.
  bool automatic = false;                   ///< Takes part in an election of the master instead of being it.
  std::uint64_t workers = 0;                ///< Child processes; 0: none.
  std::vector<std::string> program;         ///< What they run, and its arguments.
  std::optional<std::chrono::milliseconds> grace; ///< How long they may take to end.
};

/// The store of a `serve` without `--store`.
inline constexpr const char* default_store = "default=rocksdb:./cluster-store-data";

/// Reads `NAME=URI`, `--ttl-default` and `--logout-guard`. Pure.
/// @errors `invalid_argument` saying what is wrong.
result<store_options> parse_store(const std::string& text);
result<time_to_live> parse_ttl_default(const std::string& text);
result<time_to_live> parse_logout_guard(const std::string& text);

/// Reads `--grace`. Pure. @errors `invalid_argument` saying what is wrong.
result<std::chrono::milliseconds> parse_grace(const std::string& text);

/// Turns flags into what is known of children. Pure.
/// @returns nothing if there are to be none.
/// @errors `invalid_argument` if there are workers without a program, or a program without workers.
result<std::optional<children_options>> serve_children(const serve_flags& flags);

/// Turns flags into options. Pure.
/// @errors `invalid_argument` naming the flag and what is wrong with it.
result<server_options> serve_options(serve_flags flags);

/// Turns flags of `--automatic` into options of a handle in that mode, which is how the program takes part.
/// Pure.
/// @errors `invalid_argument` naming the flag that goes with a master alone.
result<options> automatic_options(const serve_flags& flags);

/// @returns the backend URI `uri` with its option `sync` set to `sync`; unchanged if its engine is not
/// durable.
/// @errors as of `backends::parse_uri`.
result<std::string> with_sync(std::string_view uri, const std::string& sync);

} // namespace cluster_store::apps
