#pragma once

// Catch2 2.13 (Debian, Ubuntu) or 3 (Conan Center); tests use what both have.

#if __has_include(<catch2/catch_all.hpp>)
#  include <catch2/catch_all.hpp>
using Catch::Approx; // as Catch2 2.13 has it
#else
#  include <catch2/catch.hpp>
#endif
