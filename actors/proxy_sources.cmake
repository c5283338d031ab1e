# The worker's side: proxy, link, client.
target_sources(cluster_store_actors PRIVATE
  pending_table.cpp
  proxy_core.cpp
  runtime.cpp)
