#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/tidy/functions.hpp>

using cluster_store::tidy::blank_noise;
using cluster_store::tidy::function_extent;
using cluster_store::tidy::functions_of;

using extents = std::vector<function_extent>;

namespace Catch {

template <>
struct StringMaker<function_extent> {
  static std::string convert(const function_extent& what) {
    return what.name + ":" + std::to_string(what.first_line) + "+" + std::to_string(what.line_count);
  }
};

} // namespace Catch

TEST_CASE("comments, literals and directives are blanked, lines stay") {
  CHECK(blank_noise("a // {\nb") == "a     \nb");
  CHECK(blank_noise("a /* {\n} */ b") == "a     \n     b");
  CHECK(blank_noise(R"(f("\"{", '{');)") == "f(     ,    );");
  CHECK(blank_noise("x = 1'000'000;") == "x = 1'000'000;");
  CHECK(blank_noise("#define f() { \\\n {\ng") == std::string(15, ' ') + "\n  \ng");
  CHECK(blank_noise("R\"x({ )\" )x\" + 1") == std::string(12, ' ') + " + 1");
}

TEST_CASE("what does not end is blanked to the end of the text") {
  CHECK(blank_noise("a /* b") == "a     ");
  CHECK(blank_noise("a \"b") == "a   ");
  CHECK(blank_noise("a \"b\\") == "a    ");
  CHECK(blank_noise("R\"(a") == "    ");
}

TEST_CASE("free functions are measured from their first line to the closing brace") {
  CHECK(functions_of("namespace n {\n\nint f(int x) {\n  return x;\n}\n\n} // namespace n\n")
        == extents{{"f", 3, 3}});
  CHECK(functions_of("template <class T, class U = a<T>>\nvoid g(T) {\n}\n") == extents{{"g", 2, 2}});
  CHECK(functions_of("int a(int);\nint b(\n  int x)\n{\n}\n") == extents{{"b", 2, 4}});
}

TEST_CASE("member functions, constructors and their initialisers are measured") {
  CHECK(functions_of(
            "class c {\npublic:\n  c()\n      : a_{1}, b_{2} {\n  }\n  int f() const { return 1; }\n};\n")
        == extents{{"c", 3, 3}, {"f", 6, 1}});
  CHECK(functions_of("n::c::~c() {\n}\n") == extents{{"n::c::~c", 1, 2}});
}

TEST_CASE("blocks and lambdas inside a function are part of it") {
  CHECK(functions_of("void f() {\n  if (x) {\n    g([] {\n    });\n  }\n}\nvoid h() {}\n")
        == extents{{"f", 1, 6}, {"h", 7, 1}});
}

TEST_CASE("types and values are no functions") {
  CHECK(functions_of("enum class e { a, b };\nstruct s {\n  int x{1};\n};\nconstexpr int list[] = {1, 2};\n")
            .empty());
}

TEST_CASE("a brace in a comment or literal opens nothing") {
  CHECK(functions_of("void f() {\n  // {\n  g(\"{\");\n}\nvoid h() {\n}\n")
        == extents{{"f", 1, 4}, {"h", 5, 2}});
}
