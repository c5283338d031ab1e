#pragma once

#include <string>

#include <cluster_store/actors/server.hpp>

namespace cluster_store::apps {

/// @returns `status` as one JSON object on a line.
std::string status_json(const server_status& status);

/// @returns `status` as a table for people.
std::string status_table(const server_status& status);

} // namespace cluster_store::apps
