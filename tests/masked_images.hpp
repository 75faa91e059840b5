#pragma once

#include <opencv2/core.hpp>

#include "glimpse/lowered.hpp"

// Lowered masks of given weights, for the tests of figures.

namespace glimpse {

/// Weights, CV_32F, of all of an image of their size.
inline Lowered weighed(const cv::Mat& weights) {
    const Size size{weights.cols, weights.rows};
    const Affine identity{{{{1, 0, 0}, {0, 1, 0}}}};
    double least = 0;
    cv::minMaxLoc(weights, &least);
    return {.map = {.image = size,
                    .glimpse = size,
                    .kind = Weights{.region = whole(size), .a = weights, .is_signed = least < 0}},
            .matrix = identity};
}

}  // namespace glimpse
