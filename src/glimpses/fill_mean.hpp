#pragma once

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "glimpse/lowered.hpp"

namespace glimpse {

/// The mean of each channel.
inline std::vector<double> channel_means(const cv::Mat& pixels) {
    std::vector<double> means(static_cast<std::size_t>(pixels.channels()));
    cv::Mat channel;
    for (int c = 0; c < pixels.channels(); ++c) {
        cv::extractChannel(pixels, channel, c);
        means[static_cast<std::size_t>(c)] = cv::mean(channel)[0];
    }
    return means;
}

/// What of the means fills, of pixels of that depth; of pixels with alpha they are float32.
inline std::vector<double> filling_means(const MeanOfImage& fill, std::vector<double> means, int depth) {
    if (fill.is_truncated && depth != CV_32F)
        std::ranges::transform(means, means.begin(), [](double mean) { return std::trunc(mean); });
    return means;
}

}  // namespace glimpse
