#include "pixels/alpha.hpp"

namespace glimpse {

void multiply_by_alpha(cv::Mat& pixels) {
    const int colours = pixels.channels() - 1;
    for (int y = 0; y < pixels.rows; ++y) {
        auto* p = pixels.ptr<float>(y);
        for (int x = 0; x < pixels.cols; ++x, p += colours + 1) {
            for (int c = 0; c < colours; ++c) p[c] *= p[colours];
        }
    }
}

}  // namespace glimpse
