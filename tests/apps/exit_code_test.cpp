#include <cluster_store/apps/cluster_store/exit_code.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

TEST_CASE("every error ends a command with its documented exit code") {
  const auto code = [](errc problem) { return static_cast<int>(exit_code_of(problem)); };
  CHECK(code(errc::invalid_argument) == 2);
  CHECK(code(errc::unavailable) == 3);
  CHECK(code(errc::deadline_exceeded) == 3);
  for (const auto refused : {errc::too_large, errc::unsupported, errc::unauthorized, errc::not_admitted,
                             errc::version_mismatch, errc::conflict, errc::overloaded})
    CHECK(code(refused) == 4);
  for (const auto failed : {errc::outcome_unknown, errc::io_error, errc::corrupt})
    CHECK(code(failed) == 5);
  for (const auto& row : errc_table)
    CHECK(code(row.code) > 1);
}
