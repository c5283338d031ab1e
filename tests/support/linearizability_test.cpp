#include <cluster_store/tests/support/linearizability.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::tests;

namespace {

/// Calls take place at [start, end]; each helper names what its caller saw.
call timed(call what, moment start, moment end) {
  what.invoked = start;
  what.answered = end;
  return what;
}

call set_of(std::uint64_t value, std::uint64_t version, moment start, moment end) {
  call what;
  what.what = action::set;
  what.value = value;
  what.version = version;
  what.seq = value;
  what.worker =
      static_cast<std::uint32_t>(value); // one call each: their order is not what these tests are about
  return timed(what, start, end);
}

call failed(call what) {
  what.how = outcome::unapplied;
  return what;
}

call unknown(call what) {
  what.how = outcome::unknown;
  return what;
}

call if_version(call what, std::uint64_t condition) {
  what.if_version = condition;
  return what;
}

call conflict(call what) {
  what.found = false;
  return what;
}

call read_of(std::uint64_t value, std::uint64_t version, moment start, moment end) {
  call what;
  what.value = value;
  what.version = version;
  return timed(what, start, end);
}

call without_session(action kind, moment start, moment end) {
  call what;
  what.what = kind;
  what.found = false;
  return timed(what, start, end);
}

call with_session(action kind, moment start, moment end) {
  auto what = without_session(kind, start, end);
  what.found = true;
  return what;
}

bool accepted(const history& calls) {
  return check_history(calls).linearizable;
}

} // namespace

TEST_CASE("a history of one caller is linearizable if each read sees the last write") {
  CHECK(accepted({}));
  CHECK(accepted({without_session(action::get, 1, 2), set_of(1, 1, 3, 4), read_of(1, 1, 5, 6),
                  with_session(action::touch, 7, 8), with_session(action::destroy, 9, 10),
                  without_session(action::destroy, 11, 12), without_session(action::touch, 13, 14),
                  without_session(action::get, 15, 16)}));
}

TEST_CASE("concurrent calls may take effect in any order that explains the answers") {
  const auto first = set_of(1, 1, 1, 10);
  const auto second = set_of(2, 2, 1, 10);
  CHECK(accepted({first, second, read_of(2, 2, 11, 12)}));
  CHECK(accepted({first, second, read_of(1, 1, 1, 10), read_of(2, 2, 1, 10)}));
  CHECK(accepted({first, without_session(action::get, 1, 10), with_session(action::destroy, 1, 20),
                  without_session(action::get, 5, 20)}));
  CHECK_FALSE(accepted({first, second, read_of(1, 1, 11, 12)}));
}

TEST_CASE("a stale read is rejected") {
  CHECK_FALSE(accepted({set_of(1, 1, 1, 2), set_of(2, 2, 3, 4), read_of(1, 1, 5, 6)}));
  CHECK_FALSE(accepted({set_of(1, 1, 1, 2), without_session(action::get, 3, 4)}));
}

TEST_CASE("reads that go back in time are rejected, also under a write that still runs") {
  const history base{set_of(1, 1, 1, 2), set_of(2, 2, 3, 20)};
  auto forward = base;
  forward.insert(forward.end(), {read_of(1, 1, 4, 5), read_of(2, 2, 6, 7)});
  auto backward = base;
  backward.insert(backward.end(), {read_of(2, 2, 4, 5), read_of(1, 1, 6, 7)});
  CHECK(accepted(forward));
  CHECK_FALSE(accepted(backward));
}

TEST_CASE("a lost acknowledged write is rejected") {
  CHECK_FALSE(accepted({set_of(1, 1, 1, 2), set_of(2, 2, 3, 4), read_of(1, 1, 100, 101)}));
  CHECK_FALSE(accepted({set_of(1, 1, 1, 2), with_session(action::destroy, 3, 4), read_of(1, 1, 100, 101)}));
}

TEST_CASE("a write applied twice is rejected") {
  const history base{set_of(1, 1, 1, 2), set_of(2, 2, 3, 4)};
  auto again_with_new_version = base;
  again_with_new_version.push_back(read_of(1, 3, 5, 6));
  auto again_with_old_version = base;
  again_with_old_version.push_back(read_of(1, 1, 5, 6));
  CHECK_FALSE(accepted(again_with_new_version));
  CHECK_FALSE(accepted(again_with_old_version));
  CHECK_FALSE(
      accepted({unknown(set_of(1, 0, 1, 2)), read_of(1, 1, 3, 4), set_of(2, 2, 5, 6), read_of(1, 3, 7, 8)}));
}

TEST_CASE("a removal applied twice is rejected") {
  CHECK_FALSE(accepted({set_of(1, 1, 1, 2), with_session(action::destroy, 3, 4), set_of(2, 2, 5, 6),
                        without_session(action::get, 7, 8)}));
}

TEST_CASE("a session that comes back after its removal is rejected") {
  CHECK_FALSE(accepted({set_of(1, 1, 1, 2), with_session(action::destroy, 3, 4), read_of(1, 1, 5, 6)}));
  CHECK_FALSE(
      accepted({set_of(1, 1, 1, 2), with_session(action::destroy, 3, 4), with_session(action::touch, 5, 6)}));
}

TEST_CASE("two removals of one session cannot both have found it") {
  CHECK_FALSE(accepted(
      {set_of(1, 1, 1, 2), with_session(action::destroy, 3, 9), with_session(action::destroy, 3, 9)}));
  CHECK(accepted(
      {set_of(1, 1, 1, 2), with_session(action::destroy, 3, 9), without_session(action::destroy, 3, 9)}));
}

TEST_CASE("a read of a write that failed or was never made is rejected") {
  CHECK_FALSE(accepted({failed(set_of(1, 0, 1, 2)), read_of(1, 1, 3, 4)}));
  CHECK_FALSE(accepted({read_of(7, 1, 3, 4)}));
  CHECK(accepted({failed(set_of(1, 0, 1, 2)), without_session(action::get, 3, 4)}));
}

TEST_CASE("a read of a write that starts later is rejected") {
  CHECK_FALSE(accepted({read_of(1, 1, 1, 2), set_of(1, 1, 3, 4)}));
  CHECK_FALSE(accepted({read_of(1, 1, 1, 2), unknown(set_of(1, 0, 3, 4))}));
}

TEST_CASE("an uncommitted write that is read and then gone is rejected") {
  CHECK_FALSE(
      accepted({set_of(1, 1, 1, 2), unknown(set_of(2, 0, 3, 4)), read_of(2, 2, 5, 6), read_of(1, 1, 7, 8)}));
}

TEST_CASE("a write of unknown outcome may happen late or never") {
  const auto maybe = unknown(set_of(2, 0, 3, 4));
  CHECK(accepted({set_of(1, 1, 1, 2), maybe, read_of(1, 1, 50, 51)}));
  CHECK(accepted({set_of(1, 1, 1, 2), maybe, read_of(1, 1, 50, 51), read_of(2, 2, 60, 61)}));
  CHECK(accepted({maybe, set_of(3, 1, 50, 51), read_of(3, 1, 52, 53), read_of(2, 2, 60, 61)}));
  CHECK_FALSE(accepted({maybe, read_of(2, 2, 60, 61), set_of(3, 1, 70, 71)}));
}

TEST_CASE("an unseen write of unknown outcome explains a session that is there, and only once") {
  const auto maybe = unknown(set_of(1, 0, 1, 2));
  CHECK(accepted({maybe, with_session(action::touch, 3, 4)}));
  CHECK(accepted({maybe, with_session(action::destroy, 3, 4)}));
  CHECK_FALSE(accepted({maybe, with_session(action::destroy, 3, 4), with_session(action::destroy, 5, 6)}));
  CHECK(accepted({maybe, unknown(set_of(2, 0, 1, 2)), with_session(action::destroy, 3, 4),
                  with_session(action::destroy, 5, 6)}));
  CHECK_FALSE(accepted({with_session(action::touch, 3, 4), unknown(set_of(1, 0, 5, 6))}));
}

TEST_CASE("a removal of unknown outcome explains a session that is gone, and only once") {
  const auto maybe = unknown(with_session(action::destroy, 3, 4));
  CHECK(accepted({set_of(1, 1, 1, 2), maybe, read_of(1, 1, 10, 11), without_session(action::get, 20, 21)}));
  CHECK_FALSE(
      accepted({set_of(1, 1, 1, 2), maybe, without_session(action::get, 10, 11), read_of(1, 1, 20, 21)}));
  CHECK_FALSE(accepted({set_of(1, 1, 1, 2), maybe, without_session(action::get, 10, 11), set_of(2, 2, 20, 21),
                        without_session(action::get, 30, 31)}));
}

TEST_CASE("a conditional write takes effect only on the version it names") {
  const auto base = set_of(1, 1, 1, 2);
  CHECK(accepted({base, if_version(set_of(2, 2, 3, 4), 1), read_of(2, 2, 5, 6)}));
  CHECK_FALSE(accepted({base, set_of(3, 2, 3, 4), if_version(set_of(2, 3, 5, 6), 1)}));
  CHECK(accepted({if_version(set_of(1, 1, 1, 2), 0)}));
  CHECK_FALSE(accepted({base, if_version(set_of(2, 2, 3, 4), 0)}));
}

TEST_CASE("of two concurrent conditional writes on one version only one can succeed") {
  const auto base = set_of(1, 1, 1, 2);
  const auto one = if_version(set_of(2, 2, 3, 9), 1);
  const auto other = if_version(set_of(3, 3, 3, 9), 1);
  CHECK_FALSE(accepted({base, one, other}));
  CHECK(accepted({base, one, conflict(other)}));
}

TEST_CASE("a conflict needs a reason") {
  const auto base = set_of(1, 1, 1, 2);
  const auto refused = conflict(if_version(set_of(2, 0, 5, 6), 1));
  CHECK_FALSE(accepted({base, refused}));
  CHECK(accepted({base, set_of(3, 2, 3, 4), refused}));
  CHECK(accepted({base, unknown(set_of(3, 0, 3, 4)), refused}));
  CHECK(accepted({base, unknown(with_session(action::destroy, 3, 4)), refused}));
}

TEST_CASE("versions rise in real time across sessions and never repeat") {
  auto here = set_of(1, 5, 1, 2);
  auto there = set_of(2, 4, 3, 4);
  there.id = "other";
  CHECK_FALSE(accepted({here, there}));
  there.version = 5;
  there.invoked = 1;
  CHECK_FALSE(accepted({here, there}));
  there.version = 4;
  CHECK(accepted({here, there}));
}

TEST_CASE("writes of one worker take effect in the order it issued them") {
  auto first = set_of(1, 6, 1, 20);
  auto second = set_of(2, 5, 2, 20);
  first.worker = second.worker = 1;
  second.id = "other";
  CHECK_FALSE(accepted({first, second}));
  second.version = 7;
  CHECK(accepted({first, second}));
}

TEST_CASE("a rejection names the session and the calls that contradict each other") {
  auto write = set_of(1, 1, 1, 2);
  auto read = without_session(action::get, 3, 4);
  write.id = read.id = "session-17";
  const auto result = check_history({write, read});
  CHECK_FALSE(result.linearizable);
  CHECK(result.why.find("session-17") != std::string::npos);
  CHECK(result.why.find("get -> nothing there [3, 4]") != std::string::npos);
}

TEST_CASE("a search beyond its limit is reported as not checked") {
  history calls;
  for (std::uint64_t value = 1; value <= 12; ++value)
    calls.push_back(unknown(set_of(value, 0, 1, 2)));
  for (int count = 0; count < 12; ++count)
    calls.push_back(with_session(action::destroy, 3, 4));
  calls.push_back(read_of(99, 50, 5, 6));
  calls.push_back(set_of(99, 50, 7, 8));
  const auto result = check_session(calls, {5});
  CHECK_FALSE(result.linearizable);
  CHECK(result.why.find("not checked") != std::string::npos);
}
