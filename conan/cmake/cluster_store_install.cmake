# Makes an installation that find_package(cluster_store) finds. The libraries' own rules are in
# cluster_store_targets.cmake.

include(CMakePackageConfigHelpers)

set(cluster_store_package "${CMAKE_INSTALL_LIBDIR}/cmake/cluster_store")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/cluster_storeConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/cluster_storeConfig.cmake"
  INSTALL_DESTINATION "${cluster_store_package}")
# Before 1.0 a minor version may change the API.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cluster_storeConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/cluster_storeConfig.cmake"
  "${PROJECT_BINARY_DIR}/cluster_storeConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/cluster_store_dependencies.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindCAF.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindxxHash.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/cluster_store_find_library.cmake"
  DESTINATION "${cluster_store_package}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
