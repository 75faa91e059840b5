#include "images/codecs/boxes.hpp"

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

std::optional<std::span<const std::uint8_t>> find_box(std::span<const std::uint8_t> bytes,
                                                      std::string_view type) {
    std::optional<std::span<const std::uint8_t>> found;
    for_each_box(bytes, [&](std::string_view name, std::span<const std::uint8_t> content) {
        if (!found && name == type) found = content;
    });
    return found;
}

}  // namespace glimpse
