#pragma once

#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>

#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"

// What formats hold.

namespace glimpse {

/// Whether the channels are grey or RGB, each with or without alpha.
inline bool is_grey_or_colour(const Image& image) {
    const int channels = image.pixels.channels();
    return channels <= 4 && image.alpha == (channels % 2 == 0);
}

/// Throws `Error` "FORMAT holds HOLDS; use …", with formats that hold the image.
[[noreturn]] inline void fail_to_hold(const Image& image, std::string_view format, std::string_view holds) {
    const std::string all = !is_grey_or_colour(image)        ? "npy"
                            : image.pixels.depth() == CV_32F ? "tiff or npy"
                                                             : "png, tiff or npy";
    throw Error(std::string(format) + " holds " + std::string(holds) + "; use " + all);
}

}  // namespace glimpse
