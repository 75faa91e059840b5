#include "images/codecs/boxes.hpp"

#include <algorithm>
#include <cctype>

#include "images/codecs/byte_order.hpp"

namespace glimpse {

std::optional<BoxHeader> parse_box_header(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t short_header = 8;
    constexpr std::size_t long_header = 16;
    if (bytes.size() < short_header) return std::nullopt;
    BoxHeader box{.type = {reinterpret_cast<const char*>(bytes.data()) + 4, 4},
                  .size = short_header,
                  .length = big_endian(bytes.first(4))};
    if (box.length == 0) return box;
    if (box.length == 1) {  // the length follows, in 64 bits
        if (bytes.size() < long_header) return std::nullopt;
        box.size = long_header;
        box.length = big_endian(bytes.subspan(short_header, 8));
    }
    return box.length < box.size ? std::nullopt : std::optional(box);
}

void for_each_box(
    std::span<const std::uint8_t> bytes,
    const std::function<void(std::string_view type, std::span<const std::uint8_t> content)>& visit) {
    while (const auto box = parse_box_header(bytes)) {
        const std::size_t length = box->length == 0 ? bytes.size() : box->length;
        if (length > bytes.size()) return;
        visit(box->type, bytes.subspan(box->size, length - box->size));
        bytes = bytes.subspan(length);
    }
}

std::optional<std::size_t> boxes_length(std::span<const std::uint8_t> bytes,
                                        const ContentLength& content_length) {
    constexpr std::size_t type_begin = 4;
    constexpr std::size_t type_end = 8;
    int types_seen = 0;  // of the box "ftyp"
    std::size_t at = 0;
    while (bytes.size() - at >= type_end) {
        const auto rest = bytes.subspan(at);
        const std::string_view type(reinterpret_cast<const char*>(rest.data()) + type_begin,
                                    type_end - type_begin);
        const bool is_type = std::ranges::all_of(
            type, [](char c) { return std::isprint(static_cast<unsigned char>(c)) != 0; });
        const bool is_signature = type == "jP  " || type == "JXL ";
        if (!is_type || (at > 0 && is_signature) || (type == "ftyp" && ++types_seen > 1)) return at;
        const auto box = parse_box_header(rest);
        if (box && box->length == 0) {  // up to the end of the file
            const auto content = content_length(type, rest.subspan(box->size));
            return content ? std::optional(at + box->size + *content) : std::nullopt;
        }
        if (!box || box->length > rest.size()) {
            // Either a box that was cut off, or no box.
            const bool is_box = std::isalpha(static_cast<unsigned char>(type[0])) != 0 && rest[0] == 0;
            return is_box ? std::nullopt : std::optional(at);
        }
        at += box->length;
    }
    return at;
}

std::optional<std::span<const std::uint8_t>> find_box(std::span<const std::uint8_t> bytes,
                                                      std::string_view type) {
    std::optional<std::span<const std::uint8_t>> found;
    for_each_box(bytes, [&](std::string_view name, std::span<const std::uint8_t> content) {
        if (!found && name == type) found = content;
    });
    return found;
}

}  // namespace glimpse
