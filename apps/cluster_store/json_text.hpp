#pragma once

#include <string>
#include <string_view>

namespace cluster_store::apps {

/// Appends `text` as a JSON string, with its quotes, to `out` (RFC 8259, section 7). Whatever a terminal
/// might obey (`is_order`) is escaped. Written for speed: most answers of `pipe` are one such string.
/// @pre `is_utf8(text)`.
void append_json_string(std::string& out, std::string_view text);

/// As `append_json_string`, for text of any origin: bytes that are not UTF-8 become U+FFFD.
void append_json_message(std::string& out, std::string_view text);

/// Appends `"NAME":"…"` if `bytes` are UTF-8, else `"NAME_base64":"…"`.
void append_json_bytes(std::string& out, std::string_view name, std::string_view bytes);

} // namespace cluster_store::apps
