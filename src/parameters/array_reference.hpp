#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arrays/array_files.hpp"
#include "glimpse/mechanisms/mask.hpp"
#include "json/value.hpp"
#include "parameters/reading_context.hpp"
#include "parameters/written.hpp"

// References to arrays, {"file": …, "array": …, "index": […], "each": …}, which stand for the numbers of a
// key.

namespace glimpse::parameters {

/// The path that a value names, of a file that is there. Throws `UsageError` for any other value.
std::filesystem::path named_file(const json::Value& value, const ReadingContext& context);

/// Whether the value is a reference, rather than numbers or an object of named numbers.
bool is_reference(const json::Value& value);

/// The JSON Schemas of references, by their names in the schema's definitions; of those that may have an
/// "order", too.
inline constexpr std::string_view reference_schema = R"("$ref": "#/$defs/array")";
inline constexpr std::string_view ordered_reference_schema = R"("$ref": "#/$defs/ordered_array")";
/// The schemas of the keys that every reference may have.
inline constexpr std::string_view reference_properties =
    R"("file": {"type": "string", "minLength": 1}, "array": {"type": "string"}, )"
    R"("index": {"type": "array", "minItems": 1, "items": {"type": ["integer", "null"]}}, )"
    R"("each": {"anyOf": [{"type": "integer"}, {"const": "image"}]})";
/// These definitions, with their names.
std::vector<std::string> reference_definitions();

/// The numbers of a key, each of which has a name.
struct NumberNames {
    std::span<const std::string_view> names;
    bool has_order = true;  ///< arrays have them in this order; without one, a reference must say theirs
};

// What a reference stands for. Each throws `UsageError` at its place where there is no such array, or one of
// another shape. Axes of length 1 that are too many are dropped.

/// Exactly these numbers, in the order of `numbers.names`, whatever that of the array.
std::vector<double> referenced_members(const json::Value& value, const NumberNames& numbers,
                                       const ReadingContext& context);

/// The numbers of an array of one of these shapes, behind which a message says `also`.
std::vector<double> referenced_numbers(const json::Value& value, const std::vector<Array::Shape>& shapes,
                                       const ReadingContext& context, std::string_view also = {});

/// The numbers of an array of one axis, of any length > 0.
std::vector<double> referenced_list(const json::Value& value, const ReadingContext& context);

/// One number, or those of one axis, as there are of channels.
std::vector<double> referenced_one_or_more(const json::Value& value, const ReadingContext& context);

/// Counts numbers that the document holds from now on. Throws `UsageError` where they are too many.
void count_listed(const json::Value& value, std::size_t numbers, const ReadingContext& context);

/// An array of rows and columns, for later.
Mask::FileForm referenced_grid(const json::Value& value, const ReadingContext& context);

/// Where an array lies that is read later.
struct ArrayPlace {
    std::shared_ptr<ArrayFiles> files;
    std::filesystem::path path;
    std::string name;  ///< empty: the file's only one
    ArrayPart part;
    Array::Shape shape;  ///< of the part

    /// Throws `Error` without the path, also where it has become an array of another shape.
    [[nodiscard]] Array array() const;
    /// The position that "each" took; none where there is none.
    [[nodiscard]] std::optional<std::size_t> element() const {
        return part.element ? std::optional(part.element->position) : std::nullopt;
    }
    /// The reference as a document has it, of this part alone: an element that "each" took is another index.
    [[nodiscard]] WrittenParameters::Json written() const;
};

/// A map that a document's reference stands for.
class ReferencedMap : public mask_form::ArraySource {
  public:
    /// The value of its key, as a document has it, of this map alone.
    [[nodiscard]] virtual WrittenParameters::Json written() const = 0;
    /// Which of the elements that an entry takes it is; none where it takes no several.
    [[nodiscard]] virtual std::optional<std::size_t> element() const = 0;
};

/// A reference that was read and, but for its numbers, looked up.
struct Reference {
    json::Value value;
    ArrayPlace place;
    Array array;

    /// Throws `UsageError` that begins with the array, at the reference or at one of its keys.
    [[noreturn]] void fail(const std::string& rule) const { fail_at(value, rule); }
    [[noreturn]] void fail_at(const json::Value& key, const std::string& rule) const;
    /// `remedy` ends the message.
    [[noreturn]] void fail_shape(const std::string& wanted, const std::string& remedy = {}) const;
};

/// The reference that an object is; `more` are keys that it may have besides. Throws `UsageError` at its
/// place.
Reference looked_up(const json::Value& value, const ReadingContext& context,
                    std::span<const std::string_view> more = {});

/// All of its numbers. Throws `UsageError` where one cannot be read.
std::vector<double> numbers_of(const Reference& reference);

/// The same of a list, which is counted.
std::vector<double> listed_numbers(const Reference& reference, const ReadingContext& context);

/// Throws `UsageError` unless the columns of a table whose rows have the numbers are named as these are, or
/// not at all; `remedy` ends the message.
void require_columns(const Reference& reference, std::span<const std::string_view> names,
                     const ReadingContext& context,
                     std::string_view remedy = "say by the key \"order\" which of these each column has");

/// Throws `UsageError` unless the elements along this axis of the array, one of which it is the turn of, are
/// as many as those of the references before, and can be glimpses.
void count_elements(const Reference& reference, std::size_t axis, ReferencedElements& elements);

/// The axes of length 1 that a shape has beyond so many, the first first: each as it is called once those
/// before it are dropped.
std::vector<std::size_t> spare_axes(Array::Shape shape, std::size_t axes);

/// The shape without its spare axes.
Array::Shape with_axes(Array::Shape shape, std::size_t axes);

}  // namespace glimpse::parameters
