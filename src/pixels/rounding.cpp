#include "pixels/rounding.hpp"

#include <opencv2/core.hpp>

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

}  // namespace glimpse
