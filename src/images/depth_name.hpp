#pragma once

#include <opencv2/core/mat.hpp>
#include <string>

namespace glimpse {

/// "8-bit", "16-bit" or "float32": the type of the pixels' values, in messages.
inline std::string depth_name(const cv::Mat& pixels) {
    switch (pixels.depth()) {
        case CV_8U:
            return "8-bit";
        case CV_16U:
            return "16-bit";
        default:
            return "float32";
    }
}

}  // namespace glimpse
