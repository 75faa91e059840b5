#pragma once

#include <array>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>

#include "glimpse/error.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/image_file.hpp"
#include "images/depth_name.hpp"

// What formats hold.

namespace glimpse {

/// Whether the channels are grey or RGB, each with or without alpha.
inline bool is_grey_or_colour(const Image& image) {
    const int channels = image.pixels.channels();
    return channels <= 4 && image.alpha == (channels % 2 == 0);
}

/// "16-bit RGBA", "8-bit with 5 channels".
inline std::string description(const Image& image) {
    constexpr std::array<std::string_view, 4> names{"grey", "grey with alpha", "RGB", "RGBA"};
    const int channels = image.pixels.channels();
    const std::string values = depth_name(image.pixels) + " ";
    if (!is_grey_or_colour(image)) return values + "with " + std::to_string(channels) + " channels";
    return values + std::string(names[static_cast<std::size_t>(channels - 1)]);
}

inline std::string not_written(std::string_view extension) {
    return "'" + std::string(extension) + "' is not a format that can be written";
}

/// The formats that hold the image, of whatever size.
inline std::string formats_for(const Image& image) {
    return !is_grey_or_colour(image)        ? "npy"
           : image.pixels.depth() == CV_32F ? "tiff or npy"
                                            : "png, tiff or npy";
}

/// Throws `Error` "FORMAT holds HOLDS, and this is …; use …", with formats that hold the image.
[[noreturn]] inline void fail_to_hold(const Image& image, std::string_view format, std::string_view holds) {
    throw Error(std::string(format) + " holds " + std::string(holds) + ", and this is " + description(image) +
                "; use " + formats_for(image));
}

/// Throws `Error` for an image that is longer than the format's files may be.
inline void require_length(const Image& image, std::string_view format, int longest) {
    if (image.pixels.cols <= longest && image.pixels.rows <= longest) return;
    throw Error(std::string(format) + " holds at most " + to_string(Size{longest, longest}) +
                " pixels, and this has " + to_string(Size{image.pixels.cols, image.pixels.rows}) + "; use " +
                formats_for(image));
}

}  // namespace glimpse
