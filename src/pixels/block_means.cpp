#include "pixels/block_means.hpp"

#include <algorithm>
#include <cstddef>
#include <opencv2/core.hpp>
#include <vector>

#include "pixels/element_type.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

/// Adds a row to the sums of its blocks.
template <typename T>
void add_row(const T* pixel, int width, int channels, bool alpha, int n, std::vector<double>& sums) {
    double* sum = sums.data();
    for (int x = 0; x < width; ++x, pixel += channels) {
        if (x > 0 && x % n == 0) sum += channels;
        const double weight = alpha ? static_cast<double>(pixel[channels - 1]) : 1.0;
        for (int c = 0; c < channels - (alpha ? 1 : 0); ++c) sum[c] += weight * static_cast<double>(pixel[c]);
        if (alpha) sum[channels - 1] += weight;
    }
}

}  // namespace

cv::Mat block_means(const cv::Mat& pixels, int n, bool alpha) {
    const int channels = pixels.channels();
    cv::Mat out(ceil_div(pixels.rows, n), ceil_div(pixels.cols, n), pixels.type());
    std::vector<double> sums(static_cast<std::size_t>(out.cols) * static_cast<std::size_t>(channels));
    with_element_type(pixels.depth(), [&]<typename T>(T) {
        for (int y = 0; y < out.rows; ++y) {
            const int bottom = std::min(pixels.rows, (y + 1) * n);
            std::ranges::fill(sums, 0.0);
            for (int row = y * n; row < bottom; ++row) {
                add_row(pixels.ptr<T>(row), pixels.cols, channels, alpha, n, sums);
            }
            T* to = out.ptr<T>(y);
            for (int x = 0; x < out.cols; ++x, to += channels) {
                const double* const sum = sums.data() + std::ptrdiff_t{x} * channels;
                const double count = double(bottom - y * n) * (std::min(pixels.cols, (x + 1) * n) - x * n);
                const double weight = alpha ? sum[channels - 1] : count;
                for (int c = 0; c < channels; ++c) {
                    const bool is_alpha = alpha && c == channels - 1;
                    const double divisor = is_alpha ? count : weight;
                    to[c] = cv::saturate_cast<T>(divisor == 0 ? 0.0 : sum[c] / divisor);
                }
            }
        }
    });
    return out;
}

}  // namespace glimpse
