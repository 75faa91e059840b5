#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <opencv2/core.hpp>
#include <vector>

#include "glimpse/backend.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/reading.hpp"
#include "pixels/alpha.hpp"

// Images and glimpses of a few pixels, to be compared with numbers.

namespace glimpse::small_images {

/// A few float32 roundings of a value, as a share of it.
constexpr double float32_rounding = 3e-7;

inline const Backend& cpu() {
    static const auto backend = make_backend("cpu");
    return *backend;
}

inline Size size_of(const cv::Mat& image) {
    return {image.cols, image.rows};
}

/// The glimpse of a whole image, with its fill, in float32 unless told otherwise.
inline cv::Mat read(const Mechanism& mechanism, const cv::Mat& image, bool alpha = false,
                    int depth = CV_32F) {
    const Lowered lowered = lower(mechanism, size_of(image));
    return read_glimpse(cpu(), lowered, {whole(lowered.map.image), image, alpha}, depth);
}

/// The largest difference of two images of one type.
inline double difference(const cv::Mat& a, const cv::Mat& b) {
    REQUIRE(a.size() == b.size());
    REQUIRE(a.type() == b.type());
    REQUIRE(cv::checkRange(a));  // norm() may pass over NaN
    REQUIRE(cv::checkRange(b));
    return cv::norm(a.reshape(1), b.reshape(1), cv::NORM_INF);
}

inline void check_near(const cv::Mat& values, const cv::Mat_<double>& expected, double tolerance) {
    cv::Mat numbers;
    values.reshape(1).convertTo(numbers, CV_64F);
    CAPTURE(numbers);
    CAPTURE(expected);
    CHECK(difference(numbers, expected) <= tolerance);
}

/// Numbers to expect, as one row.
inline cv::Mat_<double> row(std::initializer_list<double> values) {
    cv::Mat_<double> out(1, static_cast<int>(values.size()));
    std::copy(values.begin(), values.end(), out.begin());
    return out;
}

/// One row of float32 pixels of `channels` values.
inline cv::Mat line(std::initializer_list<float> values, int channels = 1) {
    cv::Mat_<float> out(1, static_cast<int>(values.size()));
    std::copy(values.begin(), values.end(), out.begin());
    return out.reshape(channels);
}

/// I[y, x] = 10 y + x
inline cv::Mat ramp(Size size) {
    cv::Mat image(size.height, size.width, CV_32F);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) image.at<float>(y, x) = static_cast<float>(10 * y + x);
    }
    return image;
}

/// Random values of an 8-bit or 16-bit image, or 0 to 1; the same for the same seed.
inline cv::Mat noise(Size size, int type, std::uint64_t seed) {
    cv::Mat image(size.height, size.width, type);
    cv::Mat numbers = image.reshape(1);
    const int depth = image.depth();
    cv::RNG(seed).fill(numbers, cv::RNG::UNIFORM, 0.0,
                       depth == CV_32F ? full_scale(depth) : full_scale(depth) + 1);
    return image;
}

}  // namespace glimpse::small_images
