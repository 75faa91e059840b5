#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace glimpse::json {

/// Where a JSON text comes from, for messages.
struct Source {
    std::string file;
    std::optional<std::size_t> line;  ///< from 1: the text is this line of the file, and no more

    /// "FILE", or "FILE:LINE".
    [[nodiscard]] std::string place() const;
};

/// What other programs' JSON may have besides, and what of it is not wanted.
struct Dialect {
    std::string_view dropped{};  ///< members of this name are left out, at any depth
    bool non_finite = false;     ///< NaN, Infinity and -Infinity, as Python writes them
};

struct Value;

/// The root, or a member of it, whose elements are too many to be kept, where it is an array: each is handed
/// out as soon as it is read, and the tree has an empty array.
struct StreamedArray {
    /// An element in which a key is given twice, and has its last value.
    struct Repeated {
        std::string pointer;  ///< of the key, within the element: "/bbox"
        std::string rule;     ///< what is wrong
    };

    std::optional<std::string_view> key;     ///< of the member; none: the root itself
    std::function<void(const Value&)> take;  ///< its argument is valid during the call
    /// Takes such an element in place of `take`, with the first such key; null: it ends the reading.
    std::function<void(const Value&, const Repeated&)> take_repeated{};
};

/// Throws `UsageError` "PLACE: POINTER: RULE"; the pointer of the whole text, "", is left out.
[[noreturn]] void fail(const Source& source, const std::string& pointer, const std::string& rule);

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
/// …", columns counted in characters from 1, likewise for a number too large for float64; for a key given
/// twice, unless a streamed array takes such elements, and for too deep nesting "FILE: POINTER: …". What is
/// streamed may have been handed out before.
nlohmann::json parse_json(std::string_view text, const Source& source, const Dialect& dialect = {},
                          std::span<const StreamedArray> streamed = {});

}  // namespace glimpse::json
