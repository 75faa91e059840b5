#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "arrays/elements.hpp"
#include "arrays/formats.hpp"
#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "json/json_file.hpp"

// The .safetensors format: the length of a header, little endian; the header, JSON with type, shape and place
// of each array; the arrays' numbers, little endian, in C's order.

namespace glimpse {

namespace {

constexpr std::size_t length_bytes = 8;
/// Most bytes of a header: some 150,000 arrays.
constexpr std::uint64_t longest_header = std::uint64_t{16} << 20;

using Kind = ElementType::Kind;
struct NamedType {
    std::string_view name;
    Kind kind;
    std::uint8_t size;
};
constexpr std::array<NamedType, 13> named_types{{{"BOOL", Kind::boolean, 1},
                                                 {"U8", Kind::natural, 1},
                                                 {"U16", Kind::natural, 2},
                                                 {"U32", Kind::natural, 4},
                                                 {"U64", Kind::natural, 8},
                                                 {"I8", Kind::integer, 1},
                                                 {"I16", Kind::integer, 2},
                                                 {"I32", Kind::integer, 4},
                                                 {"I64", Kind::integer, 8},
                                                 {"F16", Kind::real, 2},
                                                 {"BF16", Kind::brain, 2},
                                                 {"F32", Kind::real, 4},
                                                 {"F64", Kind::real, 8}}};

/// A number ≥ 0 without a fraction, which float64 holds.
std::size_t whole_number(const json::Value& value) {
    constexpr double first_inexact = 0x1p53;
    const double number = json::number(value);
    if (number < 0 || number >= first_inexact || number != std::nearbyint(number)) {
        value.fail("a whole number from 0 to 2^53 - 1 is needed");
    }
    return static_cast<std::size_t>(number);
}

/// Null for a type that is not read.
const NamedType* type_of(std::string_view name) {
    const auto* const found = std::ranges::find(named_types, name, &NamedType::name);
    return found == named_types.end() ? nullptr : found;
}

ElementType element_of(const NamedType& type) {
    const bool is_big_machine = std::endian::native == std::endian::big;
    return {type.kind, type.size, is_big_machine && type.size > 1};
}

[[noreturn]] void fail_unread_type(std::string_view array, std::string_view type) {
    std::vector<std::string_view> names;
    names.reserve(named_types.size());
    for (const NamedType& named : named_types) names.push_back(named.name);
    throw Error("the array " + json::in_quotes(array) + " is of the type " + json::in_quotes(type) +
                ", which is not read; these are: " + json::listed(names));
}

class SafetensorsFile final : public ArrayFile {
  public:
    explicit SafetensorsFile(BytesOfArrays bytes) : bytes_(std::move(bytes)) {
        const auto content = bytes_->bytes();
        const auto length =
            element_bits<std::uint64_t>(content.data(), std::endian::native == std::endian::big);
        if (length > content.size() - length_bytes) {
            throw Error("the .safetensors header is said to have " + std::to_string(length) +
                        " bytes, and the file has " + std::to_string(content.size() - length_bytes) +
                        " behind its length");
        }
        if (length > longest_header) {
            throw Error("the .safetensors header has " + std::to_string(length) + " bytes, and at most " +
                        bytes_text(longest_header) + " are read");
        }
        data_ = length_bytes + static_cast<std::size_t>(length);
        const std::string_view text(reinterpret_cast<const char*>(content.data()) + length_bytes,
                                    static_cast<std::size_t>(length));
        read_header(text);
        require_gapless();
        bytes_->require_whole();
    }

    [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }

    [[nodiscard]] Array array(std::string_view name) const override {
        const std::size_t chosen = chosen_array(name, names_);
        const Entry& entry = entries_[chosen];
        if (!entry.type) fail_unread_type(names_[chosen], unread_types_.at(chosen));
        return {part_of(bytes_, data_ + entry.begin, entry.end - entry.begin), 0, element_of(*entry.type),
                entry.shape};
    }

    [[nodiscard]] std::uint64_t held() const override {
        std::uint64_t bytes = bytes_of_names(names_) + entries_.size() * sizeof(Entry);
        for (const Entry& entry : entries_) bytes += entry.shape.capacity() * sizeof(std::size_t);
        return bytes;
    }

  private:
    struct Entry {
        const NamedType* type = nullptr;  ///< where it is read
        Array::Shape shape;
        std::size_t begin = 0;  ///< behind the header
        std::size_t end = 0;
    };

    void read_header(std::string_view text) {
        try {
            const json::JsonFile header(text, "the .safetensors header");
            const json::Value root = header.root();
            if (!root.is_object()) root.fail_type("an object");
            for (const std::string& name : root.keys()) {
                if (name == "__metadata__") continue;
                const json::Value entry = root.member(name);
                const std::string type = json::text(entry.required("dtype"));
                entries_.push_back(read_entry(entry, type_of(type)));
                if (!entries_.back().type) unread_types_[names_.size()] = type;
                names_.push_back(name);
            }
        } catch (const UsageError& error) {
            throw Error(error.what());  // the user has not written it
        }
    }

    /// `type` is null where it is not read.
    [[nodiscard]] Entry read_entry(const json::Value& value, const NamedType* type) const {
        Entry entry;
        entry.type = type;
        const json::Value shape = value.required("shape");
        if (!shape.is_array()) shape.fail_type("an array");
        if (shape.size() > most_axes) fail_axes();
        for (std::size_t k = 0; k < shape.size(); ++k) entry.shape.push_back(whole_number(shape.element(k)));
        const json::Value offsets = value.required("data_offsets");
        if (!offsets.is_array() || offsets.size() != 2) offsets.fail_type("an array of two numbers");
        entry.begin = whole_number(offsets.element(0));
        entry.end = whole_number(offsets.element(1));
        const std::size_t there = bytes_->bytes().size() - data_;
        if (entry.begin > entry.end || entry.end > there) {
            offsets.fail("the array lies from byte " + std::to_string(entry.begin) + " to " +
                         std::to_string(entry.end) + ", and the file has " + std::to_string(there) +
                         " bytes behind its header");
        }
        if (type) require_size(entry, type->size, value);
        return entry;
    }

    /// Throws `Error` unless the shape has as many bytes as the offsets have. They are divided by its
    /// lengths, since the product of these may pass 2^64.
    static void require_size(const Entry& entry, std::size_t number_size, const json::Value& value) {
        const std::size_t size = entry.end - entry.begin;
        std::size_t numbers = size / number_size;
        bool fits = size % number_size == 0;
        const bool is_empty = std::ranges::find(entry.shape, std::size_t{0}) != entry.shape.end();
        for (const std::size_t length : entry.shape) {
            if (is_empty) break;
            fits = fits && numbers % length == 0;
            numbers /= length;
        }
        if (is_empty ? size == 0 : fits && numbers == 1) return;
        value.fail("an array of the shape " + shape_text(entry.shape) + " with " +
                   std::to_string(number_size) + " bytes for each number does not have the " +
                   std::to_string(size) + " bytes of its offsets");
    }

    /// Throws `Error` unless the arrays follow one another from the header to the file's end.
    void require_gapless() const {
        std::vector<std::size_t> order(entries_.size());
        for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
        const auto offsets = [&](std::size_t k) { return std::pair(entries_[k].begin, entries_[k].end); };
        std::ranges::sort(order, {}, offsets);
        std::size_t end = 0;
        for (const std::size_t k : order) {
            if (entries_[k].begin != end) {
                throw Error("the array " + json::in_quotes(names_[k]) + " begins at byte " +
                            std::to_string(entries_[k].begin) + " behind the header, and what is before it " +
                            "ends at " + std::to_string(end) + ": neither gaps nor overlaps are allowed");
            }
            end = entries_[k].end;
        }
        const std::size_t there = bytes_->bytes().size() - data_;
        if (end != there) {
            throw Error("the arrays end at byte " + std::to_string(end) +
                        " behind the header, and the file at " + std::to_string(there) +
                        ": no bytes are allowed between");
        }
    }

    BytesOfArrays bytes_;
    std::size_t data_ = 0;
    std::vector<std::string> names_;
    std::vector<Entry> entries_;                       ///< as `names_`
    std::map<std::size_t, std::string> unread_types_;  ///< by the position in `names_`
};

}  // namespace

bool begins_safetensors(std::span<const std::uint8_t> bytes) {
    if (bytes.size() <= length_bytes || bytes[length_bytes] != '{') return false;
    // A length that any file can have is no text, nor is one that lies by the most.
    const auto length = bytes.first(length_bytes);
    return !begins_text(length) || std::ranges::max(length) > 0x7F;
}

std::unique_ptr<ArrayFile> open_safetensors(BytesOfArrays bytes) {
    return std::make_unique<SafetensorsFile>(std::move(bytes));
}

}  // namespace glimpse
