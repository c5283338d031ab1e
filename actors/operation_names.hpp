#pragma once

#include <string>

/// The list of all operations. A row each: everything else is derived from what stands in its header. CAF 1.x
/// numbers messages in this order, which matters between a component and its proxy only, in one process.
#define CLUSTER_STORE_OPERATIONS(ROW)                                                                        \
  ROW(get)                                                                                                   \
  ROW(set)                                                                                                   \
  ROW(touch)                                                                                                 \
  ROW(destroy)                                                                                               \
  ROW(regenerate)                                                                                            \
  ROW(length)                                                                                                \
  ROW(clear)                                                                                                 \
  ROW(all)                                                                                                   \
  ROW(mget)                                                                                                  \
  ROW(mdestroy)

namespace cluster_store::operations {

#define CLUSTER_STORE_DECLARATION(name)                                                                      \
  template <class Text>                                                                                      \
  struct name##_of;
CLUSTER_STORE_OPERATIONS(CLUSTER_STORE_DECLARATION)
#undef CLUSTER_STORE_DECLARATION

} // namespace cluster_store::operations
