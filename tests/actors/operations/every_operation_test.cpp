// What holds for every operation, derived from the list of them: whoever adds one is checked here.

#include <fstream>
#include <set>
#include <sstream>

#include <cluster_store/actors/messages.hpp>
#include <cluster_store/actors/operations/check.hpp>
#include <cluster_store/actors/proxy/call.hpp>
#include <cluster_store/actors/proxy/store_facts.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/operation.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using operations::field;

namespace {

using text = std::string;

void fill(text& value, std::size_t size) {
  value = text(size, 'x');
}

void fill(std::vector<text>& value, std::size_t size) {
  value = {text(size, 'x'), text(size, 'y')};
}

void fill(std::optional<time_to_live>& value, std::size_t) {
  value = std::chrono::minutes{-3};
}

void fill(std::optional<version_number>& value, std::size_t) {
  value = UINT64_MAX;
}

void fill(std::uint32_t& value, std::size_t) {
  value = operations::page_rows_max;
}

/// An operation with all its fields, the texts of so many bytes.
template <class Operation>
Operation filled(std::size_t size = 20) {
  Operation what;
  Operation::visit(what, [size](const field&, auto& value) { fill(value, size); });
  return what;
}

/// With every set of its optional fields.
template <class Operation>
std::vector<Operation> variations() {
  std::vector<Operation> all;
  for (unsigned which = 0; which < 1u << operations::optional_fields<Operation>; ++which) {
    auto what = filled<Operation>();
    unsigned bit = 1;
    Operation::visit(what, [&]<class T>(const field&, T& value) {
      if constexpr (operations::is_optional<T>) {
        if ((which & bit) == 0)
          value.reset();
        bit <<= 1;
      }
    });
    all.push_back(std::move(what));
  }
  return all;
}

std::string document(const std::string& path) {
  std::ifstream file{std::string{CLUSTER_STORE_SOURCE_DIR} + "/" + path};
  REQUIRE(file);
  std::ostringstream whole;
  whole << file.rdbuf();
  return whole.str();
}

/// @returns the row of a table that begins so; nothing if there is none.
std::string row_of(const std::string& whole, const std::string& beginning) {
  const auto at = whole.find("\n" + beginning);
  return at == std::string::npos ? "" : whole.substr(at + 1, whole.find('\n', at + 1) - at - 1);
}

/// @returns whether the row names these fields in this order; optional ones in brackets.
template <class Operation>
void check_row(const std::string& row) {
  INFO(row);
  std::size_t from = 0;
  const Operation empty;
  Operation::visit(empty, [&]<class T>(const field& which, const T&) {
    const auto name = "`" + std::string{which.name} + "`";
    const auto at = row.find(operations::is_optional<T> ? "[" + name + "]" : name, from);
    INFO(name);
    REQUIRE(at != std::string::npos);
    from = at + name.size();
  });
}

constexpr session_limits limits{30, 1'000};

} // namespace

TEST_CASE("no two operations have the same tag, name or capability") {
  std::set<int> tags;
  std::set<std::string_view> names;
  std::uint32_t capabilities = 0;
  for (const auto& each : operations::descriptions) {
    INFO(each.name);
    CHECK(each.tag != 0);
    CHECK(tags.insert(each.tag).second);
    CHECK(names.insert(each.name).second);
    CHECK(each.capability != 0);
    CHECK((capabilities & each.capability) == 0);
    capabilities |= each.capability;
  }
}

TEST_CASE("the tags and capabilities of operations never change") {
  const std::vector<std::tuple<std::string_view, int, std::uint32_t>> given{
      {"get", 1, 1},     {"set", 2, 2},    {"touch", 3, 4}, {"destroy", 4, 8}, {"regenerate", 8, 128},
      {"length", 5, 32}, {"clear", 6, 64}, {"all", 7, 16},  {"mget", 9, 256},  {"mdestroy", 10, 512}};
  for (const auto& [name, tag, capability] : given)
    for (const auto& each : operations::descriptions)
      if (each.name == name) {
        INFO(name);
        CHECK(each.tag == tag);
        CHECK(each.capability == capability);
      }
}

TEST_CASE(
    "every operation is read as it was written, with views and with texts, and in the room it asked for") {
  operations::for_each<text>([]<class Operation>() {
    for (const auto& what : variations<Operation>()) {
      INFO(Operation::is.name);
      const auto body = body_of(what);
      CHECK(body.size() <= operations::coded_bytes_max(what));
      CHECK(read_item({Operation::is.tag, 1, body}) == operations::any_of<text>{what});
      operations::any_of<std::string_view> views;
      REQUIRE(operations::decode<std::string_view>(Operation::is.tag, body, views)
              == operations::coding::good);
      CHECK(operations::description_of(views).tag == Operation::is.tag);
      const auto again = std::visit(
          [](const auto& seen) {
            std::string coded;
            wire::writer to{coded};
            operations::encode(seen, to);
            return coded;
          },
          views);
      CHECK(again == body);
    }
  });
}

TEST_CASE("every operation that is cut off is not readable, and one with more is of a newer program") {
  operations::for_each<text>([]<class Operation>() {
    INFO(Operation::is.name);
    const auto body = body_of(filled<Operation>());
    for (std::size_t size = 0; size < body.size(); ++size)
      CHECK(read_item({Operation::is.tag, 1, std::string_view{body}.substr(0, size)}).error().code
            == errc::invalid_argument);
    CHECK(read_item({Operation::is.tag, 1, body + "?"}).error().code == errc::unsupported);
  });
}

TEST_CASE("every operation is refused if a text is longer than the store allows, or an id is empty") {
  operations::for_each<text>([]<class Operation>() {
    INFO(Operation::is.name);
    auto good = filled<Operation>();
    Operation::visit(good, []<class T>(const field&, T& value) {
      if constexpr (std::is_same_v<T, std::optional<version_number>>)
        value.reset(); // they may exclude each other
    });
    CHECK(operations::check(good, limits));
    const auto broken_by = [&](auto damage) {
      std::vector<errc> codes;
      std::size_t fields = 0;
      const Operation empty;
      Operation::visit(empty, [&fields](const field&, const auto&) { ++fields; });
      for (std::size_t chosen = 0; chosen < fields; ++chosen) {
        auto bad = good;
        std::size_t index = 0;
        bool damaged = false;
        Operation::visit(bad, [&](const field& which, auto& value) {
          if (index++ == chosen)
            damaged = damage(which, value);
        });
        if (damaged)
          codes.push_back(operations::check(bad, limits).error().code);
      }
      return codes;
    };
    const auto is_sized = [](const field& which) {
      return which.what == field::kind::id || which.what == field::kind::ids
             || which.what == field::kind::data;
    };
    for (const auto code : broken_by([&](const field&which, auto&value) {
           fill(value, 1'001);
           return is_sized(which);
         }))
      CHECK(code == errc::too_large);
    for (const auto code : broken_by([&](const field&which, auto&value) {
           fill(value, 0);
           return is_sized(which) && which.what != field::kind::data;
         }))
      CHECK(code == errc::invalid_argument);
  });
}

TEST_CASE("an operation with too many ids, or with none, is refused") {
  for (const std::size_t count : {std::size_t{0}, operations::ids_max + 1}) {
    const std::vector<text> ids(count, "a");
    CHECK(operations::check(operations::mget_of<text>{ids}, limits).error().code == errc::invalid_argument);
    CHECK(operations::check(operations::mdestroy_of<text>{ids}, limits).error().code
          == errc::invalid_argument);
  }
  CHECK(operations::check(operations::mget_of<text>{std::vector<text>(operations::ids_max, "a")}, limits));
}

TEST_CASE("every operation is unsupported where the welcome does not name its capability") {
  operations::for_each<text>([]<class Operation>() {
    INFO(Operation::is.name);
    actors::store_facts facts;
    facts.known = true;
    facts.capabilities = ~Operation::is.capability;
    CHECK(actors::check_operation(filled<Operation>(), facts).error().code == errc::unsupported);
  });
}

TEST_CASE("a reply of another operation, or one that is cut off, is no answer to any operation") {
  operations::for_each<text>([]<class Operation>() {
    INFO(Operation::is.name);
    const auto answered = [](std::uint8_t tag, std::string_view body) {
      return actors::read_answer<Operation>(wire::reply{tag, body});
    };
    const auto wanted = Operation::is.changes ? errc::outcome_unknown : errc::unavailable;
    CHECK(answered(Operation::is.tag, {}).error().code == wanted);
    CHECK(answered(static_cast<std::uint8_t>(Operation::is.tag + 1), std::string(2, '\0')).error().code
          == wanted);
    CHECK(actors::read_answer<Operation>(fail(errc::corrupt, "why")).error().message == "why");
  });
}

TEST_CASE("every operation has its rows in the documents, with its fields in their order") {
  const auto protocol = document("docs/protocol.md");
  const auto operating = document("docs/operations.md");
  operations::for_each<text>([&]<class Operation>() {
    const std::string name{Operation::is.name};
    INFO(name);
    check_row<Operation>(row_of(protocol, "| " + std::to_string(Operation::is.tag) + " | " + name + " |"));
    const auto of_pipe = row_of(operating, "| `" + name + "` |");
    CHECK_FALSE(of_pipe.empty());
    const Operation empty;
    Operation::visit(empty, [&](const field& which, const auto&) {
      INFO(which.name);
      CHECK(of_pipe.find("`" + std::string{which.name} + "`") != std::string::npos);
    });
    if (!Operation::is.answers.empty())
      CHECK(of_pipe.find("\"" + std::string{Operation::is.answers} + "\":") != std::string::npos);
  });
}
