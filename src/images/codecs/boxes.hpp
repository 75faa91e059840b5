#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "glimpse/export.hpp"

// Boxes: a length, a type of four letters, and content, as in JPEG 2000 (ISO/IEC 15444-1, annex I) and the
// ISO base media file format (ISO/IEC 14496-12).

namespace glimpse {

/// The beginning of a box.
struct BoxHeader {
    std::string_view type;
    std::size_t size;    ///< of the header: the content follows
    std::size_t length;  ///< of the whole box, ≥ `size`; 0 where it reaches to the end of the file
};

/// Of the box that the bytes begin with, whether or not they hold all of it; none where the header is cut
/// off, or longer than the box.
std::optional<BoxHeader> parse_box_header(std::span<const std::uint8_t> bytes);

/// Calls visit(type, content) for each box, in order, up to one that is damaged.
void for_each_box(
    std::span<const std::uint8_t> bytes,
    const std::function<void(std::string_view type, std::span<const std::uint8_t> content)>& visit);

/// Where the content of a box ends that reaches to the end of the file, of which it is given all; none where
/// that cannot be told.
using ContentLength =
    std::function<std::optional<std::size_t>(std::string_view type, std::span<const std::uint8_t> content)>;

/// The length of the file of boxes that a stream begins with: up to the first bytes that are no box, or begin
/// another file. None where a box is cut off, or its end cannot be told.
GLIMPSE_EXPORT std::optional<std::size_t> boxes_length(std::span<const std::uint8_t> bytes,
                                                       const ContentLength& content_length);

/// The content of the first box of a type.
std::optional<std::span<const std::uint8_t>> find_box(std::span<const std::uint8_t> bytes,
                                                      std::string_view type);

}  // namespace glimpse
