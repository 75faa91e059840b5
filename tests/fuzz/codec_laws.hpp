#pragma once

#include <algorithm>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>

#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "input.hpp"
#include "same_pixels.hpp"

// What holds for every codec and every file: it is refused with an `Error`, or its parts are cut from the
// whole.

namespace fuzz {

using same_pixels::same;

/// What stands behind an image file: one byte each for the options and the page, for the shrinking and for
/// the reader of the region, and two for each side of the region.
constexpr std::size_t codec_choices = 11;

inline void check_info(const glimpse::ImageInfo& info, std::int64_t maximum_pixels) {
    require(info.size.width > 0 && info.size.height > 0, "an opened image has pixels");
    require(std::int64_t{info.size.width} * info.size.height <= maximum_pixels,
            "an opened image has at most the pixels that are allowed");
    require(info.depth == CV_8U || info.depth == CV_16U || info.depth == CV_32F,
            "an image has 8 or 16 bits or float32");
    require(info.channels >= 1 && info.channels <= CV_CN_MAX,
            "an image has channels, as many as a matrix can");
    require(!info.alpha || info.channels >= 2, "beside alpha there is a colour");
    require(info.orientation >= 1 && info.orientation <= 8, "an orientation is one of EXIF's");
    require(info.maximum_shrink >= 1 && (info.maximum_shrink & (info.maximum_shrink - 1)) == 0,
            "an image is shrunk by powers of two");
}

/// The pixels of a region; none where they cannot be decoded.
inline std::optional<cv::Mat> decoded(glimpse::ImageReader& reader, const glimpse::Rectangle& region, int n) {
    try {
        cv::Mat pixels = n == 1 ? reader.decode(region) : reader.decode_shrunk(region, n);
        require(pixels.cols == region.width && pixels.rows == region.height, "a region has its own size");
        require(pixels.type() == CV_MAKETYPE(reader.info().depth, reader.info().channels),
                "pixels are of the type that the header says");
        return pixels;
    } catch (const glimpse::Error&) {
        return std::nullopt;
    }
}

inline glimpse::Rectangle region_in(glimpse::Size size, Draws& choices) {
    const auto below = [&](int limit) { return static_cast<int>(choices.bits(2)) % limit; };
    glimpse::Rectangle region;
    region.x = below(size.width);
    region.y = below(size.height);
    region.width = 1 + below(size.width - region.x);
    region.height = 1 + below(size.height - region.y);
    return region;
}

/// A power of two that the image can be shrunk by.
inline int shrink_of(const glimpse::ImageInfo& info, std::uint64_t choice) {
    int n = 1;
    for (std::uint64_t steps = choice % 4; steps > 0 && 2 * n <= info.maximum_shrink; --steps) n *= 2;
    return n;
}

/// All bytes belong to one of the images that lie one after another, in their order.
inline void check_images_in(Bytes bytes) {
    const std::uint8_t* begin = bytes.data();
    for (const auto& [image, unread] : glimpse::images_in(bytes)) {
        require(image.data() == begin && !image.empty(), "images lie one after another");
        require(unread < image.size(), "an image has bytes of its own");
        begin += image.size();
    }
    require(begin == bytes.data() + bytes.size(), "all bytes belong to an image");
}

inline void check_region(Bytes file, const glimpse::OpenOptions& options, glimpse::ImageReader& reader,
                         Draws& choices) {
    const glimpse::ImageInfo& info = reader.info();
    const int n = shrink_of(info, choices.bits(1));
    const glimpse::Size size = glimpse::shrunk(info.size, n);
    const bool anew = choices.flag();
    const glimpse::Rectangle region = region_in(size, choices);
    const std::optional<cv::Mat> all = decoded(reader, glimpse::whole(size), n);
    const std::optional<cv::Mat> part =
        decoded(anew ? *glimpse::open_image(file, options) : reader, region, n);
    if (!all || !part) return;
    const cv::Rect place(region.x, region.y, region.width, region.height);
    require(same(*part, (*all)(place)), "a region is cut from the whole image");
    ++accepted;
}

/// Opens an image file, and decodes the whole of a page of it and the region that is chosen.
inline void check_codec(Bytes file, Draws choices) {
    constexpr std::int64_t maximum_pixels = 1 << 16;
    constexpr std::int64_t maximum_bytes = 1 << 24;  // of the pixels: what takes long finds little
    check_images_in(file);
    const std::uint64_t flags = choices.bits(1);
    glimpse::OpenOptions options{
        .auto_orient = (flags & 1) == 0,
        .maximum_pixels = maximum_pixels,
        .alpha = (flags & 2) == 0 ? glimpse::AlphaChannel::as_said : glimpse::AlphaChannel::last};
    std::unique_ptr<glimpse::ImageReader> reader;
    try {
        reader = glimpse::open_image(file, options);
        if (const int pages = reader->info().pages; pages > 1) {
            options.page = static_cast<int>(flags >> 2) % pages;
            reader = glimpse::open_image(file, options);
        }
    } catch (const glimpse::Error&) {
        return;
    }
    const glimpse::ImageInfo& info = reader->info();
    check_info(info, maximum_pixels);
    const auto pixel = static_cast<std::int64_t>(CV_ELEM_SIZE(CV_MAKETYPE(info.depth, info.channels)));
    if (std::int64_t{info.size.width} * info.size.height * pixel > maximum_bytes) return;
    check_region(file, options, *reader, choices);
}

}  // namespace fuzz
