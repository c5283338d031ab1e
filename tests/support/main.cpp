// The one main of the test binaries.

#define CATCH_CONFIG_RUNNER // Catch2 2: the library's code is compiled here

#include <cluster_store/tests/support/catch.hpp>

int main(int argc, char** argv) {
  return Catch::Session().run(argc, argv);
}
