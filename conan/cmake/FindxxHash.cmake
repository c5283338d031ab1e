include("${CMAKE_CURRENT_LIST_DIR}/cluster_store_find_library.cmake")
cluster_store_find_library(xxHash xxHash::xxhash xxhash.h xxhash)
