#pragma once

#include <string>
#include <string_view>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// Appends the Base64 form of `bytes` to `out`, padded. Source: RFC 4648, section 4.
void append_base64(std::string& out, std::string_view bytes);

/// Reads Base64 with padding; refuses anything else, also white space and stray bits (RFC 4648, section 3.5).
/// @errors `invalid_argument` naming the position.
result<std::string> decode_base64(std::string_view text);

} // namespace cluster_store::apps
