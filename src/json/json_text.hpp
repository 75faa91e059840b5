#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace glimpse::json {

/// Where a JSON text comes from, for messages.
struct Source {
    std::string file;
    std::optional<std::size_t> line;  ///< from 1: the text is this line of the file, and no more
    /// Where the pointers of keys that an object has twice are noted: who reads such a member is refused.
    /// Null: they end the reading of the text.
    std::shared_ptr<std::set<std::string>> repeated{};

    /// "FILE", or "FILE:LINE".
    [[nodiscard]] std::string place() const;
};

/// What other programs' JSON may have besides, and what of it is not wanted.
struct Dialect {
    std::string_view dropped{};  ///< members of this name are left out, at any depth
    /// NaN, Infinity and -Infinity, as Python writes them, and numbers beyond float64, which it reads as
    /// such.
    bool pythons_numbers = false;
};

struct Value;

/// The root, or a member of it, whose elements are too many to be kept, where it is an array: each is handed
/// out as soon as it is read, and the tree has an empty array.
struct StreamedArray {
    std::optional<std::string_view> key;     ///< of the member; none: the root itself
    std::function<void(const Value&)> take;  ///< its argument is valid during the call
};

/// Throws `UsageError` "PLACE: POINTER: RULE"; the pointer of the whole text, "", is left out.
[[noreturn]] void fail(const Source& source, const std::string& pointer, const std::string& rule);

/// The same of a key that its object has twice.
[[noreturn]] void fail_repeated(const Source& source, const std::string& pointer, std::string_view key);

/// The JSON Pointer of a member: "POINTER/KEY" with "~" and "/" escaped, and control characters, so that a
/// message stays one line.
std::string member_pointer(const std::string& pointer, std::string_view key);

/// The text in double quotes, escaped as in JSON, and truncated where it is long.
std::string in_quotes(std::string_view text);

/// The text as a JSON string literal, not truncated.
std::string literal(std::string_view text);

/// The string member `key` of the object in `text`, whatever rules its other members break; none where there
/// is no such member, or no valid JSON.
std::optional<std::string> member_text(std::string_view text, std::string_view key);

/// The tree of a JSON text. Comments are allowed. Throws `UsageError`: for a syntax error "FILE:LINE:COLUMN:
/// …", columns counted in characters from 1, likewise for a number too large for float64, unless the dialect
/// has such; for a key given twice, unless the source notes such, and for too deep nesting
/// "FILE: POINTER: …". What is streamed may have been handed out before.
nlohmann::json parse_json(std::string_view text, const Source& source, const Dialect& dialect = {},
                          std::span<const StreamedArray> streamed = {});

}  // namespace glimpse::json
