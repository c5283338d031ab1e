# Finds CAF 0.17 as Debian and Ubuntu ship it (headers and libraries, no CMake config) and defines the targets
# that CAF 1.x exports for the components asked for: CAF::core, CAF::io, CAF::openssl.
#
# Sets CAF_FOUND, CAF_VERSION and CAF_<component>_FOUND. CAF_ROOT (a prefix) is searched first.

if(NOT CAF_FIND_COMPONENTS)
  set(CAF_FIND_COMPONENTS core)
endif()

find_path(CAF_INCLUDE_DIR caf/config.hpp)
mark_as_advanced(CAF_INCLUDE_DIR)
unset(CAF_VERSION)
if(CAF_INCLUDE_DIR)
  # 0.17 has `#define CAF_VERSION 1706`. From 0.18 on it is elsewhere, and there is a CMake config to use.
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" caf_version_line REGEX "^#define CAF_VERSION [0-9]+$")
  if(caf_version_line MATCHES "([0-9]+)$")
    set(caf_version_number "${CMAKE_MATCH_1}")
    math(EXPR caf_major "${caf_version_number} / 10000")
    math(EXPR caf_minor "${caf_version_number} / 100 % 100")
    math(EXPR caf_patch "${caf_version_number} % 100")
    set(CAF_VERSION "${caf_major}.${caf_minor}.${caf_patch}")
  endif()
endif()

foreach(caf_component IN LISTS CAF_FIND_COMPONENTS)
  find_library(CAF_${caf_component}_LIBRARY NAMES caf_${caf_component} caf_${caf_component}_static)
  mark_as_advanced(CAF_${caf_component}_LIBRARY)
  if(CAF_${caf_component}_LIBRARY)
    set(CAF_${caf_component}_FOUND TRUE)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF
  REQUIRED_VARS CAF_INCLUDE_DIR CAF_VERSION
  VERSION_VAR CAF_VERSION
  HANDLE_COMPONENTS)

if(CAF_FOUND)
  find_package(Threads REQUIRED)
  set(caf_needs_core Threads::Threads)
  set(caf_needs_io CAF::core)
  set(caf_needs_openssl CAF::io OpenSSL::SSL OpenSSL::Crypto)
  foreach(caf_component IN LISTS CAF_FIND_COMPONENTS)
    if(NOT TARGET CAF::${caf_component})
      add_library(CAF::${caf_component} UNKNOWN IMPORTED)
      set_target_properties(CAF::${caf_component} PROPERTIES
        IMPORTED_LOCATION "${CAF_${caf_component}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
        INTERFACE_LINK_LIBRARIES "${caf_needs_${caf_component}}")
    endif()
  endforeach()
endif()
