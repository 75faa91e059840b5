#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"

// The formats that are read by OpenImageIO.

namespace glimpse {

/// One of OpenImageIO's formats.
struct OpenImageIoFormat {
    std::string_view name;        ///< OpenImageIO's
    std::string_view title;       ///< for messages
    std::string_view extensions;  ///< that files of it have, with spaces between them
    bool (*recognises)(std::span<const std::uint8_t> bytes);
    /// As `Codec::length`.
    std::optional<std::size_t> (*length)(std::span<const std::uint8_t> bytes);
    /// Whether OpenImageIO decodes all of an image as soon as it opens it.
    bool decodes_at_once = false;
    /// The size of the largest picture, from the header; null where OpenImageIO allocates nothing for it when
    /// it opens the file. Throws `Error` for a damaged header, and for what OpenImageIO would misread.
    Size (*size)(std::span<const std::uint8_t> bytes) = nullptr;
    /// The bytes that are held, at most, from opening on: where it decodes at once, with all that is made of
    /// the pixels. Null for next to none. Throws as `size` does.
    std::int64_t (*memory)(std::span<const std::uint8_t> bytes) = nullptr;
    /// Throws `Error` where it knows better than OpenImageIO why that does not open the file; null where
    /// nothing does.
    void (*explain)(std::span<const std::uint8_t> bytes) = nullptr;
};

/// The extensions of a format, and of all of them.
std::vector<std::string> extensions_of(const OpenImageIoFormat& format);
std::vector<std::string> openimageio_extensions();

/// The format of a file, of which at least `signature_length` bytes or all are given; null for none of them.
GLIMPSE_EXPORT const OpenImageIoFormat* openimageio_format(std::span<const std::uint8_t> bytes);

/// As `Codec::length`.
std::optional<std::size_t> openimageio_length(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
