#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cluster_store::apps {

/// @returns the length of the well-formed UTF-8 character at the start of `bytes`, or 0 if there is none.
/// @pre `bytes` is not empty.
std::size_t character_bytes(std::string_view bytes);

/// @returns whether `bytes` are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);

/// @returns whether a terminal or an editor may obey `character` instead of showing it: the controls (also
/// DEL and those of Unicode, U+0080–U+009F), separators of lines, and what turns the direction of writing.
/// @pre `character` is one well-formed character.
bool is_order(std::string_view character);

/// Appends `\uXXXX` for a character. @pre as of `is_order`, and it is none beyond U+FFFF.
void append_escape(std::string& out, std::string_view character);

/// @returns `text` of any origin for people to read, on one line: orders stand there as `\u001b`, bytes that
/// are no UTF-8 as `\xff`. Everything that programs say on stderr, and quote from elsewhere, goes through
/// here.
std::string printable(std::string_view text);

} // namespace cluster_store::apps
