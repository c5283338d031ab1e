# What every target of the project is built with.

option(CLUSTER_STORE_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(CLUSTER_STORE_BUILD_APPS "Build the programs and examples" ${PROJECT_IS_TOP_LEVEL})
set(CLUSTER_STORE_SANITIZE none CACHE STRING "none | address (with undefined behaviour) | thread | fuzzer (Clang)")
set_property(CACHE CLUSTER_STORE_SANITIZE PROPERTY STRINGS none address thread fuzzer)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release | Debug" FORCE)
endif()
if(PROJECT_IS_TOP_LEVEL)
  # Programmer errors assert in a release, too: no -DNDEBUG.
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
  # Stack traces of the sanitizers stay readable and their tests quick.
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g")
  # GCC 12 loses moves of strings otherwise (docs/decisions/006-no-strict-aliasing.md).
  add_compile_options(-fno-strict-aliasing)
endif()

# Third-party code is included as SYSTEM, so none of this concerns it.
add_library(cluster_store_warnings INTERFACE)
target_compile_options(cluster_store_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

if(CLUSTER_STORE_SANITIZE STREQUAL "address")
  # Not vptr: that check needs a descriptor to look at memory, and reports an error where a test has taken all of them.
  set(cluster_store_sanitizer -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)
elseif(CLUSTER_STORE_SANITIZE STREQUAL "thread")
  set(cluster_store_sanitizer -fsanitize=thread)
  set(CLUSTER_STORE_TSAN_CAF "" CACHE PATH "Prefix of a CAF 0.17.6 built with -fsanitize=thread")
  if(NOT EXISTS "${CLUSTER_STORE_TSAN_CAF}/include/caf/config.hpp")
    message(FATAL_ERROR "CLUSTER_STORE_TSAN_CAF is '${CLUSTER_STORE_TSAN_CAF}', which is no prefix of CAF. "
      "Without a CAF built with it the thread sanitizer reports what is none: use ./dev tsan")
  endif()
  set(CAF_ROOT "${CLUSTER_STORE_TSAN_CAF}")
elseif(CLUSTER_STORE_SANITIZE STREQUAL "fuzzer")
  # What libFuzzer wants to see; its own main comes with the programs in tests/fuzz.
  set(cluster_store_sanitizer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
elseif(NOT CLUSTER_STORE_SANITIZE STREQUAL "none")
  message(FATAL_ERROR
    "CLUSTER_STORE_SANITIZE is '${CLUSTER_STORE_SANITIZE}': use none, address, thread or fuzzer")
endif()
if(DEFINED cluster_store_sanitizer)
  # GCC's own page on the sanitizers: their checks make it see uninitialised values where there are none.
  add_compile_options(${cluster_store_sanitizer} -fno-omit-frame-pointer)
  add_compile_definitions(CLUSTER_STORE_CHECK_INVARIANTS) # after every call (backends/invariants.hpp)
  target_compile_options(cluster_store_warnings INTERFACE
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
  add_link_options(${cluster_store_sanitizer})
endif()

# Relative paths in the cache's keys let clones and build directories share what was compiled once.
find_program(CLUSTER_STORE_CCACHE ccache)
mark_as_advanced(CLUSTER_STORE_CCACHE)
if(CLUSTER_STORE_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
    "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${CLUSTER_STORE_CCACHE}")
endif()

# The sources include <cluster_store/backends/...> from the build tree as a consumer does from an installation.
# Programs and tests find their own headers next to them, where the libraries do not look.
function(cluster_store_link_includes directory)
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/${directory}/cluster_store")
  foreach(folder IN LISTS ARGN)
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${folder}"
      "${PROJECT_BINARY_DIR}/${directory}/cluster_store/${folder}" SYMBOLIC)
  endforeach()
endfunction()
cluster_store_link_includes(include backends actors)
cluster_store_link_includes(internal_include apps tests)
