#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/backends/backend.hpp>

/// The bytes that travel between a proxy and a master (docs/protocol.md). Pure: no CAF, no clock, no socket.
/// Decoders accept any bytes: they answer `invalid_argument` for what they cannot read and never read past
/// the end.
namespace cluster_store::wire {

inline constexpr std::uint16_t protocol_min = 1;
inline constexpr std::uint16_t protocol_max = 1;

/// Longest frame a peer should build, unless one operation or one result alone is longer.
inline constexpr std::size_t frame_bytes_max = 1u << 20;

/// 128 random bits: identity of a store's data, or the pass a door gives out.
using token = std::array<std::uint8_t, 16>;

/// What a store can do, as bits of `welcome::capabilities`.
enum class capability : std::uint32_t {
  get = 1u << 0,
  set = 1u << 1,
  touch = 1u << 2,
  destroy = 1u << 3,
  all = 1u << 4,
  length = 1u << 5,
  clear = 1u << 6,
  regenerate = 1u << 7,
};

/// First message of a proxy to the gate.
struct hello {
  token pass{}; ///< From the door; zero on the local route.
  std::uint16_t protocol_lowest = protocol_min;
  std::uint16_t protocol_highest = protocol_max;
  std::string store; ///< Name of the store, 1–64 bytes.
  backends::client_id client;
  std::string worker; ///< Name for admission and status, at most 64 bytes.
  std::uint64_t process_id = 0;

  friend bool operator==(const hello&, const hello&) = default;
};

/// The gate's answer to a hello that succeeded.
struct welcome {
  std::uint16_t protocol = protocol_max; ///< The version both speak from now on.
  std::uint64_t ticket = 0;              ///< Goes into every batch of this connection; never 0.
  token incarnation{};                   ///< Identity of the store's data.
  bool known = false;                    ///< Whether the store has a record of this client.
  std::uint64_t last_applied = 0;        ///< Highest sequence number of this client's mutations, 0 if none.
  std::uint32_t capabilities = 0;        ///< Bits of `capability`.
  session_limits limits;
  std::uint32_t in_flight_max = 0; ///< Most operations a client may have unanswered.

  friend bool operator==(const welcome&, const welcome&) = default;
};

/// What an operation does; its tag on the wire.
enum class op : std::uint8_t {
  get = 1,
  set = 2,
  touch = 3,
  destroy = 4,
  length = 5,
  clear = 6,
  all = 7,
  regenerate = 8,
};

/// @returns whether `what` can change the store, and is therefore remembered and applied once.
constexpr bool is_mutation(op what) noexcept {
  return what == op::set || what == op::touch || what == op::destroy || what == op::clear
         || what == op::regenerate;
}

/// Condition of a `set`.
struct condition {
  enum class kind : std::uint8_t {
    none,
    seen,      ///< Apply only if the session lives and was created at or before `version`.
    if_version ///< Apply only if the session's version is `version`; 0 = only if there is none.
  };

  kind what = kind::none;
  version_number version = 0;

  friend bool operator==(const condition&, const condition&) = default;
};

/// One operation; views into the frame it was read from, or into the caller's memory when it is written.
struct operation {
  op what = op::get;
  std::uint64_t seq = 0;           ///< Rises per client, gaps allowed, from 1.
  std::string_view id;             ///< get set touch destroy; regenerate: the old id.
  std::string_view data;           ///< set.
  std::optional<time_to_live> ttl; ///< set, touch.
  condition when;                  ///< set.
  std::string_view target;         ///< regenerate: the new id.
  std::string_view cursor;         ///< all.
  std::string_view prefix;         ///< all.
  std::uint32_t rows_max = 0;      ///< all: 1–10 000.

  friend bool operator==(const operation&, const operation&) = default;
};

/// One session of an `all` page.
struct listed_session {
  std::string id;
  session content;

  friend bool operator==(const listed_session&, const listed_session&) = default;
};

/// What an operation that succeeded answers. Which members mean something depends on `what`.
struct answer {
  op what = op::get;
  bool found = false;                   ///< get: there is one. touch, destroy, regenerate: there was one.
  session content;                      ///< get. set, regenerate: only `version`.
  std::uint64_t count = 0;              ///< length, clear.
  std::vector<listed_session> sessions; ///< all.
  std::string cursor;                   ///< all: empty = no more.

  friend bool operator==(const answer&, const answer&) = default;
};

/// Head of a batch.
struct batch_head {
  backends::client_id client;
  std::uint64_t ticket = 0;
  std::uint64_t floor = 1; ///< Every result with a smaller sequence number has arrived and may be forgotten.

  friend bool operator==(const batch_head&, const batch_head&) = default;
};

/// Head of a results frame.
struct results_head {
  std::uint64_t ticket = 0;    ///< Of the batches it answers.
  std::optional<errc> refusal; ///< Set: batches with this ticket are refused unapplied, say hello again.

  friend bool operator==(const results_head&, const results_head&) = default;
};

std::string encode(const hello& message);
result<hello> decode_hello(std::string_view bytes);

/// A welcome or the error that says why there is none.
std::string encode(const result<welcome>& message);
result<welcome> decode_welcome(std::string_view bytes);

/// Builds a batch frame operation by operation.
class batch_writer {
public:
  explicit batch_writer(const batch_head& head);
  void add(const operation& what);
  std::size_t bytes() const noexcept { return buffer_.size(); }
  std::size_t count() const noexcept { return count_; }
  std::string take() && { return std::move(buffer_); }

private:
  std::string buffer_;
  std::size_t count_ = 0;
};

/// What a batch holds at one place: an operation, or why it is none.
struct batch_item {
  std::uint64_t seq = 0;
  result<operation>
      what; ///< `unsupported` for an unknown tag, `invalid_argument` for a body that makes no sense.
};

/// Reads a batch frame from front to back. The views live as long as `bytes`.
class batch_reader {
public:
  /// @errors `invalid_argument` if there is no readable head.
  static result<batch_reader> open(std::string_view bytes);

  const batch_head& head() const noexcept { return head_; }

  /// @returns the next item, nothing at the end, `invalid_argument` if the rest of the frame is not readable.
  result<std::optional<batch_item>> next();

private:
  batch_head head_;
  std::string_view rest_;
};

/// Appends one result to `out`, in the form results frames and the client table hold it.
void append_result(std::uint64_t seq, const result<answer>& what, std::string& out);

/// As `append_result` for a `get` that found something, without copying its data into an `answer` first.
void append_found(std::uint64_t seq, version_number version, std::optional<time_to_live> ttl,
                  std::string_view data, std::string& out);

/// One result as it was read.
struct result_item {
  std::uint64_t seq = 0;
  result<answer> what;
};

/// Reads one result from the front of `bytes` and removes it from there.
/// @errors `invalid_argument` if there is none.
result<result_item> take_result(std::string_view& bytes);

/// Appends the head of a results frame to `out`; results follow by `append_result`.
void append_results_head(const results_head& head, std::string& out);

/// Reads the head of a results frame and removes it from the front of `bytes`.
result<results_head> take_results_head(std::string_view& bytes);

/// A client's farewell: the store forgets it.
struct bye {
  backends::client_id client;
  std::uint64_t ticket = 0;

  friend bool operator==(const bye&, const bye&) = default;
};

std::string encode(const bye& message);
result<bye> decode_bye(std::string_view bytes);

} // namespace cluster_store::wire
