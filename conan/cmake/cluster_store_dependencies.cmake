# Finds what the libraries need: for the build, and for a consumer of an installation (cluster_storeConfig.cmake
# includes this file). Distributions and Conan name a target differently; cluster_store_third_party::... is one
# name for both.
#
# The caller may set `cluster_store_without_actors` to look only for what cluster_store::backends needs.

include(CMakeFindDependencyMacro)
set(cluster_store_module_path "${CMAKE_MODULE_PATH}")
list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")

find_dependency(Threads)
find_dependency(tl-expected)
find_dependency(xxHash)
find_dependency(RocksDB CONFIG)
if(NOT TARGET cluster_store_third_party::rocksdb)
  add_library(cluster_store_third_party::rocksdb INTERFACE IMPORTED)
  # A distribution's RocksDB::rocksdb is the static archive, which lacks what the shared library brings along.
  if(TARGET RocksDB::rocksdb-shared)
    target_link_libraries(cluster_store_third_party::rocksdb INTERFACE RocksDB::rocksdb-shared)
  else()
    target_link_libraries(cluster_store_third_party::rocksdb INTERFACE RocksDB::rocksdb)
  endif()
endif()

if(NOT cluster_store_without_actors)
  find_dependency(OpenSSL) # before CAF, whose config file refers to its targets
  find_dependency(Boost 1.74)
  set(CLUSTER_STORE_CAF auto CACHE STRING "auto | config (CAF 1.x) | module (CAF 0.17.6 of Debian and Ubuntu)")
  set_property(CACHE CLUSTER_STORE_CAF PROPERTY STRINGS auto config module)
  if(NOT CLUSTER_STORE_CAF STREQUAL "module")
    find_package(CAF 1.0.2 CONFIG QUIET COMPONENTS core io)
  endif()
  if(NOT CAF_FOUND AND NOT CLUSTER_STORE_CAF STREQUAL "config")
    find_dependency(CAF 0.17.6 MODULE COMPONENTS core io)
  endif()
  if(NOT CAF_FOUND)
    message(FATAL_ERROR "cluster_store: CAF 1.0.2 or newer was not found. Point CMAKE_PREFIX_PATH at it.")
  elseif(CAF_VERSION VERSION_GREATER_EQUAL 0.18 AND CAF_VERSION VERSION_LESS 1.0.2)
    message(FATAL_ERROR "cluster_store: CAF ${CAF_VERSION} is not supported: use 0.17.6 or 1.0.2 and newer.")
  endif()
endif()

set(CMAKE_MODULE_PATH "${cluster_store_module_path}")
unset(cluster_store_module_path)
