#include "pixels/rounding.hpp"

#include <algorithm>
#include <opencv2/core.hpp>

#include "pixels/alpha.hpp"
#include "pixels/matrix_lines.hpp"

namespace glimpse {

cv::Mat rounded_to(const cv::Mat& values, int depth) {
    if (values.depth() == depth) return values;
    cv::Mat out;
    if (depth == CV_32F || values.depth() != CV_32F) {
        values.convertTo(out, depth);
    } else {
        out.create(values.rows, values.cols, CV_MAKETYPE(depth, values.channels()));
        const auto count =
            static_cast<std::size_t>(values.cols) * static_cast<std::size_t>(values.channels());
        for (int y = 0; y < values.rows; ++y) {
            kernels().round(values.ptr<float>(y), count, out.ptr(y), element_of(depth));
        }
    }
    return out;
}

std::int64_t clipped_by_rounding(const cv::Mat& values, int depth) {
    if (values.depth() != CV_32F || depth == CV_32F) return 0;
    const float least = -0.5F;
    const auto greatest = static_cast<float>(full_scale(depth) + 0.5);
    std::int64_t count = 0;
    for (int y = 0; y < values.rows; ++y) {
        const auto* const row = values.ptr<float>(y);
        count += std::count_if(row, row + std::ptrdiff_t{values.cols} * values.channels(),
                               [&](float value) { return !(value >= least && value <= greatest); });
    }
    return count;
}

}  // namespace glimpse
