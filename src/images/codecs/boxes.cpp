#include "images/codecs/boxes.hpp"

#include "images/codecs/byte_order.hpp"

namespace glimpse {

void for_each_box(
    std::span<const std::uint8_t> bytes,
    const std::function<void(std::string_view type, std::span<const std::uint8_t> content)>& visit) {
    constexpr std::size_t short_header = 8;
    constexpr std::size_t long_header = 16;
    while (bytes.size() >= short_header) {
        std::size_t header = short_header;
        std::size_t length = big_endian(bytes.first(4));
        if (length == 0) length = bytes.size();  // up to the end of the file
        if (length == 1) {
            if (bytes.size() < long_header) return;
            header = long_header;
            length = big_endian(bytes.subspan(short_header, 8));
        }
        if (length < header || length > bytes.size()) return;
        visit({reinterpret_cast<const char*>(bytes.data()) + 4, 4}, bytes.subspan(header, length - header));
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
