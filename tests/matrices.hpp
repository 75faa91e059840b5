#pragma once

#include <doctest/doctest.h>

#include <opencv2/core.hpp>

#include "glimpse/geometry.hpp"

// Matrices of random values, and how far two of them differ.

namespace glimpse::laws {

/// Values of one pixel a row, one channel a column, in float64.
inline cv::Mat flat(const cv::Mat& values) {
    cv::Mat out;
    values.convertTo(out, CV_64F);
    return out.reshape(1, values.rows * values.cols);
}

inline double largest_difference(const cv::Mat& a, const cv::Mat& b) {
    REQUIRE(a.size() == b.size());
    REQUIRE(a.channels() == b.channels());
    REQUIRE(cv::checkRange(a));  // max() and norm() may pass over NaN
    REQUIRE(cv::checkRange(b));
    return a.empty() ? 0 : cv::norm(flat(a), flat(b), cv::NORM_INF);
}

/// Uniform values: 0 … 255, 0 … 65535, or -1 … 1.
inline cv::Mat random_values(Size size, int depth, int channels, cv::RNG& random) {
    cv::Mat values(size.height, size.width, CV_MAKETYPE(depth, channels));
    cv::Mat numbers = values.reshape(1);
    const double high = depth == CV_8U ? 256 : depth == CV_16U ? 65536 : 1;
    random.fill(numbers, cv::RNG::UNIFORM, depth == CV_32F ? -1.0 : 0.0, high);
    return values;
}

}  // namespace glimpse::laws
