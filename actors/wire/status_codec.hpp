#pragma once

#include <string>
#include <string_view>

#include <cluster_store/actors/status.hpp>

namespace cluster_store::wire {

/// Answer of the gate to a `status_message`. Pure.
std::string encode_status(const result<server_status>& what);

/// @errors the error that was sent, or `invalid_argument` if the bytes are not readable.
result<server_status> decode_status(std::string_view bytes);

} // namespace cluster_store::wire
