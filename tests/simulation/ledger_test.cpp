#include <cstring>
#include <string>

#include <cluster_store/tests/simulation/ledger.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::simulation;
using namespace std::chrono_literals;

namespace {

/// A ledger with one session, and short words for what it is told.
class written_ledger {
public:
  ledger books{ledger::rules{.keys = 1}};
  std::uint32_t worker = books.new_worker();
  steady_time now{1h};
  std::uint64_t commits = 0;

  std::uint64_t ask(ledger::kind what) {
    now += 1ms;
    return books.ask({.what = what, .worker = worker, .asked = now});
  }

  void answer(std::uint64_t number, const ledger::answer& what) {
    now += 1ms;
    books.answered(number, what, now, false);
  }

  /// The engine is given a set, and syncs it.
  void commit(std::uint64_t number, version_number version, bool synced = true) {
    std::string data(sizeof number, '\0');
    std::memcpy(data.data(), &number, sizeof number);
    const auto id = ledger::id_of(0);
    backends::commit out;
    backends::record content;
    content.version = version;
    content.data = data;
    out.writes.push_back({.id = id, .content = content, .when = {}});
    now += 1ms;
    books.committed(out, ++commits, now);
    if (synced)
      books.synced(commits);
  }
};

} // namespace

TEST_CASE("what was asked, committed and answered in this order is no contradiction") {
  written_ledger it;
  const auto set = it.ask(ledger::kind::set);
  it.commit(set, 1);
  it.answer(set, {.found = true, .version = 1});
  const auto get = it.ask(ledger::kind::get);
  it.answer(get, {.found = true, .version = 1, .value = set});
  it.books.finish();
  CHECK(it.books.problem() == "");
  CHECK(it.books.open() == 0);
}

TEST_CASE("a set that is applied twice is found") {
  written_ledger it;
  const auto set = it.ask(ledger::kind::set);
  it.commit(set, 1);
  it.commit(set, 2);
  CHECK(it.books.problem().find("a second time") != std::string::npos);
}

TEST_CASE("an acknowledgement of what no commit applied is found") {
  written_ledger it;
  const auto set = it.ask(ledger::kind::set);
  it.answer(set, {.found = true, .version = 1});
  CHECK(it.books.problem().find("no commit applied it") != std::string::npos);
}

TEST_CASE("an answer that a power cut could make untrue is found") {
  written_ledger it;
  const auto set = it.ask(ledger::kind::set);
  it.commit(set, 1, false);
  it.answer(set, {.found = true, .version = 1});
  CHECK(it.books.problem().find("power cut") != std::string::npos);
}

TEST_CASE("a read of what was replaced before it was asked is found") {
  written_ledger it;
  const auto first = it.ask(ledger::kind::set);
  it.commit(first, 1);
  it.answer(first, {.found = true, .version = 1});
  const auto second = it.ask(ledger::kind::set);
  it.commit(second, 2);
  it.answer(second, {.found = true, .version = 2});
  const auto get = it.ask(ledger::kind::get);
  it.answer(get, {.found = true, .version = 1, .value = first});
  CHECK(it.books.problem().find("replaced") != std::string::npos);
}

TEST_CASE("what is answered as not applied and is applied is found, whatever came first") {
  written_ledger early;
  const auto set = early.ask(ledger::kind::set);
  early.answer(set, {.failure = errc::unavailable});
  early.commit(set, 1);
  CHECK(early.books.problem().find("is applied") != std::string::npos);

  written_ledger late;
  const auto other = late.ask(ledger::kind::set);
  late.commit(other, 1);
  late.answer(other, {.failure = errc::unavailable});
  CHECK(late.books.problem().find("was applied") != std::string::npos);
}

TEST_CASE("outcome_unknown without a reason, and a call without an answer, are found") {
  written_ledger it;
  it.answer(it.ask(ledger::kind::set), {.failure = errc::outcome_unknown});
  CHECK(it.books.problem().find("without a reason") != std::string::npos);

  written_ledger other;
  other.ask(ledger::kind::get);
  other.books.finish();
  CHECK(other.books.problem().find("no answer") != std::string::npos);
}
