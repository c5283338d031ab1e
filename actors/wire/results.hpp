#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/actors/wire/wire.hpp>
#include <cluster_store/backends/result.hpp>

/// Results on their way to a client, whatever they are of: number and error, or tag and the bytes of a reply.
/// Client rows hold them in the same form.
namespace cluster_store::wire {

/// Head of a results frame.
struct results_head {
  std::uint64_t ticket = 0;         ///< Of the batches it answers.
  std::optional<errc> refusal = {}; ///< Set: batches with this ticket are refused unapplied, say hello again.
  std::uint64_t requests_granted =
      0; ///< Bytes of operations that the client may have sent since the welcome.

  friend bool operator==(const results_head&, const results_head&) = default;
};

/// What an operation that succeeded answers; a view into the frame it was read from.
struct reply {
  std::uint8_t tag = 0; ///< Of the operation.
  std::string_view body;

  friend bool operator==(const reply&, const reply&) = default;
};

/// One result as it was read.
struct result_item {
  std::uint64_t seq = 0;
  result<reply> what;
};

inline constexpr std::uint8_t succeeded = 0;

/// Appends the result of an operation that succeeded to `out`; `write(writer&)` appends the body.
template <class Write>
void append_reply(std::uint64_t seq, std::uint8_t tag, std::string& out, const Write& write) {
  writer to{out};
  const auto start = to.begin_length();
  to.variable(seq);
  to.fixed(succeeded);
  to.fixed(tag);
  write(to);
  to.end_length(start);
}

/// Appends the result of an operation that failed.
void append_failure(std::uint64_t seq, const error& why, std::string& out);

/// Reads one result from the front of `bytes` and removes it from there.
/// @errors `invalid_argument` if there is none.
result<result_item> take_result(std::string_view& bytes);

/// Appends the head of a results frame to `out`; results follow.
void append_results_head(const results_head& head, std::string& out);

/// Puts another number into the head of a frame that begins with one.
void set_requests_granted(std::uint64_t bytes, std::string& frame);

/// Reads the head of a results frame and removes it from the front of `bytes`.
result<results_head> take_results_head(std::string_view& bytes);

} // namespace cluster_store::wire
