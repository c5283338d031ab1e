#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/apps/bench/random.hpp>
#include <cluster_store/apps/bench/zipf.hpp>
#include <cluster_store/backends/session.hpp>

namespace cluster_store::apps {

/// What the store is asked to do.
enum class workload : std::uint8_t {
  get,
  set,
  touch,
  mixed, ///< 90 % get, 10 % set.
  web, ///< Requests of web sessions: a get, and when it is answered a touch of the same session, with 5 % of
       ///< the requests a set instead.
};

enum class distribution : std::uint8_t { uniform, zipf };

struct named_workload {
  std::string_view name;
  workload what;
};

inline constexpr std::array workloads{
    named_workload{"get", workload::get},     named_workload{"set", workload::set},
    named_workload{"touch", workload::touch}, named_workload{"mixed", workload::mixed},
    named_workload{"web", workload::web},
};

/// @returns the name of a workload, as in `--workload`.
std::string_view to_string(workload what);

/// @returns the workload with a name. @pre there is one.
workload workload_named(std::string_view name);

/// Sizes of a measurement.
struct load_settings {
  workload what = workload::get;
  std::uint32_t in_flight = 64; ///< Operations without an answer at any time; 1–16 000. 1 = blocking calls.
  std::uint32_t keys = 10'000;  ///< Sessions, picked at random; 1–10^7.
  std::uint32_t value_bytes = 256; ///< Data of each.
  distribution picks = distribution::uniform;
  double zipf_exponent = 0.99; ///< Above 0, below 1.
  std::uint64_t seed = 1;      ///< Of keys and kinds of operations.
};

/// @returns the life that sessions of a workload get; none = for ever. Only the workloads that touch give
/// one.
std::optional<time_to_live> ttl_of(workload what);

enum class operation_kind : std::uint8_t { get, set, touch };

struct operation {
  operation_kind what = operation_kind::get;
  std::uint32_t key = 0;
};

/// @returns how large a part of a workload's operations is of a kind, 0 to 1. Pure.
double share_of(operation_kind kind, workload what);

/// Says which operation comes next. Pure; the same seed gives the same operations. Not thread-safe.
class operation_source {
public:
  explicit operation_source(const load_settings& how);

  /// @returns the first operation of a request.
  operation next();

  /// @returns what follows the answer to `answered`: the second operation of its request or the first one of
  /// another request.
  operation next_after(const operation& answered);

private:
  std::uint32_t pick();

  workload what_;
  std::uint32_t keys_;
  quick_random random_;
  std::unique_ptr<const zipf_picker> zipf_; ///< None: all keys are alike.
};

/// Ids of sessions, made where they are used: `session-` and eight digits, 16 bytes. Not thread-safe.
class id_buffer {
public:
  /// @param prefix what the ids start with; key numbers fill the rest of 16 bytes.
  explicit id_buffer(std::string_view prefix = "session-");

  /// @returns the id of a key, until the next call. @pre key < 10^8
  std::string_view id_of(std::uint32_t key);

private:
  std::string text_;
  std::size_t digits_from_;
};

/// Data of sessions: each key has its own part of one random text, which no engine can compress.
/// const use from many threads is safe.
class value_text {
public:
  explicit value_text(std::uint32_t value_bytes);

  std::string_view value_of(std::uint32_t key) const {
    constexpr std::uint32_t apart = 7'919; // a prime: neighbours share nothing that is near in a table file
    return std::string_view{text_}.substr(key * apart % spare_bytes, value_bytes_);
  }

private:
  static constexpr std::uint32_t spare_bytes = 64 * 1024;

  std::uint32_t value_bytes_;
  std::string text_;
};

} // namespace cluster_store::apps
