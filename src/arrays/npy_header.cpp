#include "arrays/npy_header.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include "arrays/formats.hpp"
#include "glimpse/error.hpp"

namespace glimpse {

namespace {

constexpr std::array<std::uint8_t, 6> magic{0x93, 'N', 'U', 'M', 'P', 'Y'};

[[noreturn]] void malformed(const std::string& what) {
    throw Error("the .npy header is malformed: " + what);
}

/// What follows `'key':` in the header's dictionary.
std::string_view value_of(std::string_view dictionary, std::string_view key) {
    const std::size_t at = dictionary.find("'" + std::string(key) + "'");
    if (at == std::string_view::npos) malformed("no " + std::string(key));
    std::string_view rest = dictionary.substr(at + key.size() + 2);
    rest.remove_prefix(std::min(rest.find_first_not_of(" :"), rest.size()));
    return rest;
}

/// Throws the `Error` of elements that are no numbers.
[[noreturn]] void fail_type(std::string_view type) {
    if (type.find('O') != std::string_view::npos) {
        throw Error(
            "an array of Python objects, which only a pickle holds, is not read: save numbers, as by "
            "array.astype(float)");
    }
    std::string rule =
        "an array of type " + std::string(type) + " is not supported: bool, int, uint or float is";
    if (type.find('c') != std::string_view::npos)
        rule += "; save its real and its imaginary part as two arrays";
    if (type.ends_with("V1") || type.ends_with("V2")) {
        rule +=
            "; if it is of bfloat16 or another type of ml_dtypes, as JAX's are, save "
            "array.astype(\"float32\")";
    }
    throw Error(rule);
}

ElementType::Kind kind_of(char letter) {
    switch (letter) {
        case 'b':
            return ElementType::Kind::boolean;
        case 'u':
            return ElementType::Kind::natural;
        case 'i':
            return ElementType::Kind::integer;
        default:
            return ElementType::Kind::real;
    }
}

/// "'<f4'": byte order, kind, bytes.
ElementType parse_type(std::string_view text) {
    if (text.starts_with('[')) {
        throw Error("a structured array is not read: save each of its fields as an array");
    }
    const std::size_t end = text.size() < 2 ? std::string_view::npos : text.find('\'', 1);
    const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
    constexpr std::size_t longest_type = 32;
    if (end > longest_type || text[0] != '\'' || !std::ranges::all_of(text.substr(1, end - 1), printable))
        malformed("its type is not a plain number's");
    const std::string_view word = text.substr(1, end - 1);
    constexpr std::string_view known = "b1 u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8 ";
    if (word.size() != 3 || known.find(std::string(word.substr(1)) + " ") == std::string_view::npos ||
        !std::strchr("<>|=", word[0])) {
        fail_type(word);
    }
    ElementType type{kind_of(word[1]), static_cast<std::uint8_t>(word[2] - '0')};
    type.swapped = type.size > 1 && (word[0] == '>') == (std::endian::native == std::endian::little);
    return type;
}

std::string_view without_spaces(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return text;
}

Array::Shape parse_shape(std::string_view text) {
    Array::Shape shape;
    const std::size_t end = text.find(')');
    if (text.empty() || text[0] != '(' || end == std::string_view::npos)
        malformed("its shape is not a tuple");
    text = text.substr(1, end - 1);
    while (!without_spaces(text).empty()) {
        text = without_spaces(text);
        std::size_t length = 0;
        const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), length);
        if (error != std::errc{}) malformed("its shape has something that is no size");
        if (shape.size() == most_axes) fail_axes();
        shape.push_back(length);
        text.remove_prefix(static_cast<std::size_t>(next - text.data()));
        if (text.starts_with('L')) text.remove_prefix(1);  // as Python 2 writes long integers
        text = without_spaces(text);
        if (!text.empty() && text[0] != ',') malformed("its shape has something that is no size");
        text.remove_prefix(text.empty() ? 0 : 1);
    }
    return shape;
}

}  // namespace

std::span<const std::uint8_t> npy_magic() {
    return magic;
}

bool begins_npy(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= magic.size() && std::ranges::equal(bytes.first(magic.size()), magic);
}

void require_nothing_behind(std::span<const std::uint8_t> rest) {
    if (rest.empty()) return;
    const std::string found =
        std::to_string(rest.size()) + (rest.size() == 1 ? " byte follows" : " bytes follow") + " the array";
    if (!begins_npy(rest)) throw Error(found + ": the file is damaged, or not as numpy.save writes it");
    throw Error(found +
                ", another one first, as where numpy.save was called again for the same file: save all by "
                "numpy.savez, or as one by numpy.stack");
}

void fail_truncated_npy() {
    throw Error("the .npy file is truncated");
}

NpyHeader npy_header(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 10) fail_truncated_npy();
    const bool long_header = bytes[6] >= 2;
    if (bytes[6] < 1 || bytes[6] > 3) malformed("version " + std::to_string(bytes[6]));
    std::size_t length = bytes[8] + (std::size_t{bytes[9]} << 8);
    std::size_t begin = 10;
    if (long_header) {
        if (bytes.size() < 12) fail_truncated_npy();
        length += (std::size_t{bytes[10]} << 16) + (std::size_t{bytes[11]} << 24);
        begin = 12;
    }
    if (length > bytes.size() - begin) fail_truncated_npy();
    const std::string_view dictionary(reinterpret_cast<const char*>(bytes.data()) + begin, length);
    NpyHeader header;
    header.data = begin + length;
    header.type = parse_type(value_of(dictionary, "descr"));
    const std::string_view order = value_of(dictionary, "fortran_order");
    const bool by_columns = order.starts_with("True");
    if (!by_columns && !order.starts_with("False")) malformed("its order is neither True nor False");
    header.order = by_columns ? Array::Order::columns : Array::Order::rows;
    header.shape = parse_shape(value_of(dictionary, "shape"));
    return header;
}

}  // namespace glimpse
