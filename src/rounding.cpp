#include "rounding.hpp"

#include <opencv2/core.hpp>

namespace glimpse {

cv::Mat rounded_to(const cv::Mat& values, int depth) {
    if (values.depth() == depth) return values;
    cv::Mat out;
    if (depth == CV_32F || values.depth() != CV_32F) {
        values.convertTo(out, depth);
    } else {
        // OpenCV rounds by way of int, where what is too large for one turns negative, and so 0.
        // cv::min would make either of NaN.
        const float high = depth == CV_8U ? 255.0F : 65535.0F;
        cv::Mat clamped(values.rows, values.cols, values.type());
        const int count = values.cols * values.channels();
        for (int y = 0; y < values.rows; ++y) {
            const auto* from = values.ptr<float>(y);
            auto* to = clamped.ptr<float>(y);
            for (int n = 0; n < count; ++n) {
                const float positive = from[n] > 0 ? from[n] : 0.0F;
                to[n] = positive < high ? positive : high;
            }
        }
        clamped.convertTo(out, depth);
    }
    return out;
}

}  // namespace glimpse
