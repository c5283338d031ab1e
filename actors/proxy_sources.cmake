# The worker's side: proxy, link, client.
target_sources(cluster_store_actors PRIVATE
  client.cpp
  client_implementation.cpp
  component.cpp
  errors.cpp
  link.cpp
  link_core.cpp
  open.cpp
  operation_check.cpp
  options_check.cpp
  pending_table.cpp
  proxy.cpp
  proxy_core.cpp
  proxy_requests.cpp
  remote_client.cpp
  runtime.cpp
  status_query.cpp)
