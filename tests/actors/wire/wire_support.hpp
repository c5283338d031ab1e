#pragma once

#include <string>
#include <vector>

#include <cluster_store/tests/support/operation.hpp>

namespace cluster_store::tests {

/// Operations of every kind, with and without their optional parts; all are numbered.
inline std::vector<numbered_operation> every_operation() {
  using namespace std::chrono_literals;
  using kind = condition::kind;
  std::vector<numbered_operation> out{
      get("a"),
      set("id", "data"),
      set("id", std::string_view{"\0\xff", 2}, -5ms, {kind::seen, 7}),
      set("id", "", ttl_max, {kind::if_version, UINT64_MAX}),
      touch("id"),
      touch("id", 30min),
      destroy("id"),
      length(),
      clear(),
      all("cursor", "prefix", 10'000),
      regenerate("old", "new"),
      mget({"a", "", std::string(300, 'b')}),
      mdestroy({"a"}),
  };
  for (auto& each : out)
    each.seq = static_cast<std::uint64_t>(&each - out.data() + 1) * 1'000'003;
  return out;
}

inline std::string batch_of(const std::vector<numbered_operation>& operations,
                            const wire::batch_head& head = {}) {
  wire::batch_writer batch{head};
  for (const auto& each : operations)
    add(batch, each);
  return std::move(batch).take();
}

/// A result as it lies in a frame, and what it says.
struct coded_result {
  std::string bytes;
  result<test_answer> what;
};

template <class Operation, class Reply>
coded_result success(std::uint64_t seq, const Reply& reply) {
  coded_result out;
  wire::append_reply(seq, Operation::is.tag, out.bytes, [&](auto& to) { operations::write(to, reply); });
  std::string_view rest{out.bytes};
  out.what = read_reply(wire::take_result(rest)->what);
  return out;
}

/// One result of every kind.
inline std::vector<coded_result> every_result(std::uint64_t seq = 1) {
  using namespace std::chrono_literals;
  using namespace operations;
  using text = std::string;
  const auto long_data = text(70'000, 'x');
  const std::optional<session_view> none;
  const std::optional<session_view> found{session_view{"data", 7, 90s}};
  std::vector<coded_result> out{
      success<get_of<text>>(seq, none),
      success<get_of<text>>(seq, found),
      success<get_of<text>>(seq, std::optional{session_view{long_data, UINT64_MAX, {}}}),
      success<set_of<text>>(seq, version_number{3}),
      success<touch_of<text>>(seq, true),
      success<destroy_of<text>>(seq, false),
      success<regenerate_of<text>>(seq, std::optional<version_number>{9}),
      success<regenerate_of<text>>(seq, std::optional<version_number>{}),
      success<length_of<text>>(seq, std::uint64_t{1'000'000}),
      success<clear_of<text>>(seq, std::uint64_t{0}),
      success<all_of<text>>(seq, listing{{{"a", {"1", 1, 5s}}, {"b", {"", 2, {}}}}, "next"}),
      success<mget_of<text>>(seq, std::vector{found, none, found}),
      success<mdestroy_of<text>>(seq, std::uint64_t{2}),
  };
  for (const auto& row : errc_table) {
    const error why{row.code, "message of " + text{row.name}};
    auto& failed = out.emplace_back(coded_result{{}, tl::unexpected{why}});
    wire::append_failure(seq, why, failed.bytes);
  }
  return out;
}

} // namespace cluster_store::tests
