# One call defines a target of each kind, with the warnings, include directories and places that all share.

include(GNUInstallDirs)

# cluster_store_library(backends PUBLIC_HEADERS a.hpp... SOURCES a.cpp... [PUBLIC library...] [PRIVATE library...])
# defines cluster_store_backends = cluster_store::backends and installs it with its public headers.
function(cluster_store_library name)
  cmake_parse_arguments(PARSE_ARGV 1 library "" "" "PUBLIC_HEADERS;SOURCES;PUBLIC;PRIVATE")
  cluster_store_refuse_leftovers("cluster_store_library(${name})" "${library_UNPARSED_ARGUMENTS}")
  set(target cluster_store_${name})
  add_library(${target} ${library_SOURCES})
  add_library(cluster_store::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_link_libraries(${target}
    PUBLIC ${library_PUBLIC}
    PRIVATE ${library_PRIVATE} "$<BUILD_INTERFACE:cluster_store_warnings>")

  install(TARGETS ${target} EXPORT cluster_store_${name}
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(EXPORT cluster_store_${name} NAMESPACE cluster_store:: FILE cluster_store_${name}.cmake
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/cluster_store")
  foreach(header IN LISTS library_PUBLIC_HEADERS)
    cmake_path(GET header PARENT_PATH folder)
    install(FILES "${header}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/cluster_store/${name}/${folder}")
  endforeach()
endfunction()

# cluster_store_program(cluster-store SOURCES main.cpp... [LIBRARIES library...] [INSTALL])
# builds bin/cluster-store.
function(cluster_store_program name)
  cmake_parse_arguments(PARSE_ARGV 1 program "INSTALL" "" "SOURCES;LIBRARIES")
  cluster_store_refuse_leftovers("cluster_store_program(${name})" "${program_UNPARSED_ARGUMENTS}")
  add_executable(${name} ${program_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  target_include_directories(${name} PRIVATE "${PROJECT_BINARY_DIR}/internal_include")
  target_link_libraries(${name} PRIVATE ${program_LIBRARIES} cluster_store_warnings)
  if(program_INSTALL)
    install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  endif()
endfunction()

# cluster_store_tests(cluster_store_backend_tests SOURCES a.cpp... [LIBRARIES library...])
# defines an object library of Catch2 tests, which the binaries in tests/ put together. Its sources include
# <cluster_store/tests/support/catch.hpp>.
function(cluster_store_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 tests "" "" "SOURCES;LIBRARIES")
  cluster_store_refuse_leftovers("cluster_store_tests(${name})" "${tests_UNPARSED_ARGUMENTS}")
  add_library(${name} OBJECT ${tests_SOURCES})
  target_include_directories(${name} PUBLIC
    "${PROJECT_BINARY_DIR}/include" "${PROJECT_BINARY_DIR}/internal_include")
  target_link_libraries(${name} PUBLIC ${tests_LIBRARIES} Catch2::Catch2 PRIVATE cluster_store_warnings)
endfunction()

function(cluster_store_refuse_leftovers call leftovers)
  if(leftovers)
    message(FATAL_ERROR "${call}: unknown arguments: ${leftovers}")
  endif()
endfunction()

# cluster_store_register_tests(cluster-store-tests LIBRARIES cluster_store_backend_tests... [TIMEOUT seconds]
#   [LABELS label...] [ENVIRONMENT name=value...] [RUN_SERIAL])
# tells ctest to run the binary once for each source file of the object libraries that has tests, and that these
# are all the tests there are. Default time limit: 120 s a file.
function(cluster_store_register_tests binary)
  cmake_parse_arguments(PARSE_ARGV 1 tests "RUN_SERIAL" "TIMEOUT" "LIBRARIES;LABELS;ENVIRONMENT")
  cluster_store_refuse_leftovers("cluster_store_register_tests(${binary})" "${tests_UNPARSED_ARGUMENTS}")
  if(NOT tests_TIMEOUT)
    set(tests_TIMEOUT 120)
  endif()
  if(CLUSTER_STORE_SANITIZE STREQUAL "thread")
    math(EXPR tests_TIMEOUT "5 * ${tests_TIMEOUT}")
  endif()
  set(names "")
  set(tags "")
  set(others "")
  foreach(library IN LISTS tests_LIBRARIES)
    get_target_property(folder ${library} SOURCE_DIR)
    get_target_property(sources ${library} SOURCES)
    foreach(source IN LISTS sources)
      cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${folder}" NORMALIZE)
      file(STRINGS "${source}" cases REGEX "^[ ]*([A-Z_]*TEST_CASE[A-Z_]*|SCENARIO)[ ]*\\(")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
      if(NOT cases)
        continue()
      endif()
      cmake_path(GET source STEM LAST_ONLY tag)
      if(tag IN_LIST tags)
        message(FATAL_ERROR "${source}: another test of ${binary} has that name, and Catch2 knows files by it")
      endif()
      list(APPEND tags "${tag}")
      cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/tests" OUTPUT_VARIABLE name)
      cmake_path(REMOVE_EXTENSION name LAST_ONLY)
      add_test(NAME "${name}" COMMAND ${binary} --filenames-as-tags "[#${tag}]")
      list(APPEND names "${name}")
      string(APPEND others "~[#${tag}]")
    endforeach()
  endforeach()
  if(NOT names)
    return()
  endif()
  set_tests_properties(${names} PROPERTIES
    TIMEOUT ${tests_TIMEOUT}
    LABELS "${tests_LABELS}"
    ENVIRONMENT "${tests_ENVIRONMENT}"
    RUN_SERIAL "${tests_RUN_SERIAL}"
    SKIP_REGULAR_EXPRESSION "UNSUPPORTED ENVIRONMENT"
    FAIL_REGULAR_EXPRESSION "No tests? (cases )?(ran|matched)")
  add_test(NAME "${binary} has no test that ctest does not run"
    COMMAND ${binary} --filenames-as-tags "${others}")
  set_tests_properties("${binary} has no test that ctest does not run" PROPERTIES
    TIMEOUT 60 PASS_REGULAR_EXPRESSION "No tests? (cases )?(ran|matched)")
endfunction()
