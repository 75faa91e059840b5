#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <random>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "hand_made_files.hpp"
#include "maps/image_region.hpp"
#include "refusals.hpp"
#include "same_pixels.hpp"

// What the tests of the codecs share.

namespace codec_checks {

using glimpse::Error;
using glimpse::Image;
using glimpse::OpenOptions;
using hand_made::Bytes;
using same_pixels::same;

inline cv::Mat noise(int rows, int columns, int type) {
    cv::Mat pixels(rows, columns, type);
    cv::RNG random(static_cast<std::uint64_t>(rows * 1009 + columns * 17 + type));
    const double top = pixels.depth() == CV_8U ? 256 : pixels.depth() == CV_16U ? 65536 : 3;
    random.fill(pixels, cv::RNG::UNIFORM, pixels.depth() == CV_32F ? -2 : 0, top);
    return pixels;
}

inline Image read(const Bytes& bytes, const OpenOptions& options = {}) {
    const auto reader = glimpse::open_image(bytes, options);
    const auto& info = reader->info();
    Image image{.pixels = reader->decode(glimpse::whole(info.size)),
                .alpha = info.alpha,
                .icc_profile = info.icc_profile.bytes()};
    REQUIRE(image.pixels.cols == info.size.width);
    REQUIRE(image.pixels.rows == info.size.height);
    REQUIRE(image.pixels.depth() == info.depth);
    REQUIRE(image.pixels.channels() == info.channels);
    return image;
}

/// A region anywhere inside an image.
inline glimpse::Rectangle random_region(std::mt19937& random, glimpse::Size size) {
    glimpse::Rectangle region;
    region.x = static_cast<int>(random() % static_cast<unsigned>(size.width));
    region.y = static_cast<int>(random() % static_cast<unsigned>(size.height));
    region.width = 1 + static_cast<int>(random() % static_cast<unsigned>(size.width - region.x));
    region.height = 1 + static_cast<int>(random() % static_cast<unsigned>(size.height - region.y));
    return region;
}

inline cv::Mat cut(const cv::Mat& image, const glimpse::Rectangle& region) {
    return image(rect(region));
}

inline std::string reason(const auto& action) {
    return refusal<Error>(action);
}

/// 5×4 tiles of 16×16 over 70×50 RGB pixels, and the pixels.
inline Bytes tiled_tiff(const cv::Mat& pixels) {
    std::vector<Bytes> tiles;
    for (int y = 0; y < pixels.rows; y += 16) {
        for (int x = 0; x < pixels.cols; x += 16) {
            cv::Mat tile(16, 16, pixels.type(), cv::Scalar::all(0));
            const cv::Rect part = cv::Rect(x, y, 16, 16) & cv::Rect({}, pixels.size());
            pixels(part).copyTo(tile(cv::Rect(0, 0, part.width, part.height)));
            tiles.emplace_back(tile.datastart, tile.dataend);
        }
    }
    return hand_made::tiff({{256, 3, {static_cast<std::uint32_t>(pixels.cols)}},
                            {257, 3, {static_cast<std::uint32_t>(pixels.rows)}},
                            {258, 3, {8, 8, 8}},
                            {259, 3, {1}},
                            {262, 3, {2}},
                            {277, 3, {3}},
                            {322, 3, {16}},
                            {323, 3, {16}}},
                           324, 325, tiles);
}

/// A 3×2 grey TIFF of one strip with the tags that matter here.
inline Bytes small_tiff(std::uint32_t bits, std::uint32_t format, const Bytes& data,
                        std::uint32_t photometric = 1, bool big_endian = false,
                        std::uint32_t orientation = 1) {
    return hand_made::tiff({{256, 3, {3}},
                            {257, 3, {2}},
                            {258, 3, {bits}},
                            {259, 3, {1}},
                            {262, 3, {photometric}},
                            {274, 3, {orientation}},
                            {277, 3, {1}},
                            {278, 3, {2}},
                            {339, 3, {format}}},
                           273, 279, {data}, big_endian);
}

}  // namespace codec_checks
