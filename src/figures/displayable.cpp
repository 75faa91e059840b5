#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>

#include "glimpse/displayable.hpp"
#include "pixels/alpha.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

namespace {

/// The source channels of R, G and B; -1 is none, which is black.
cv::Vec3i shown_channels(int colours) {
    if (colours == 1) return {0, 0, 0};
    return {0, 1, colours == 2 ? -1 : 2};
}

/// Maps values to 0…255: value · scale + offset.
struct Stretch {
    double scale = 1;
    double offset = 0;
};

Stretch stretch_over(const std::optional<ValueRange>& range) {
    if (!range || range->least == range->greatest) return {0, 0};
    const double scale = 255 / (double{range->greatest} - range->least);
    return {scale, -range->least * scale};
}

Stretch stretch(int depth, const std::optional<ValueRange>& range) {
    switch (depth) {
        case CV_16U:
            return {1.0 / 257, 0};
        case CV_32F:
            return stretch_over(range);
        default:
            return {};
    }
}

/// The channels of colour.
int colours_of(const cv::Mat& pixels, bool alpha) {
    return std::max(1, pixels.channels() - (alpha ? 1 : 0));
}

template <typename Value>
void show_colours(const cv::Mat& pixels, cv::Vec3i channels, Stretch stretch, cv::Mat& shown) {
    const int all = pixels.channels();
    for (int y = 0; y < shown.rows; ++y) {
        const auto* in = pixels.ptr<Value>(y);
        auto* out = shown.ptr<cv::Vec3b>(y);
        for (int x = 0; x < shown.cols; ++x, in += all) {
            for (int c = 0; c < 3; ++c) {
                out[x][c] = channels[c] < 0
                                ? std::uint8_t{0}
                                : rounded_to<std::uint8_t>(in[channels[c]] * stretch.scale + stretch.offset);
            }
        }
    }
}

/// Composites over a light chequerboard, whose squares scale with the picture.
template <typename Value>
void show_alpha(const cv::Mat& pixels, double opaque, cv::Mat& shown) {
    const int all = pixels.channels();
    const int square = std::max(4, std::max(shown.cols, shown.rows) / 48);
    for (int y = 0; y < shown.rows; ++y) {
        const auto* in = pixels.ptr<Value>(y);
        auto* out = shown.ptr<cv::Vec3b>(y);
        for (int x = 0; x < shown.cols; ++x) {
            const double value = in[x * all + all - 1] / opaque;
            const double alpha = std::isnan(value) ? 0 : std::clamp(value, 0.0, 1.0);
            const double board = (x / square + y / square) % 2 == 0 ? 255 : 225;
            for (int c = 0; c < 3; ++c)
                out[x][c] = rounded_to<std::uint8_t>(alpha * out[x][c] + (1 - alpha) * board);
        }
    }
}

template <typename Value>
cv::Mat shown_values(const Image& image, const std::optional<ValueRange>& range) {
    const cv::Mat& pixels = image.pixels;
    const double opaque = full_scale(pixels.depth());
    cv::Mat shown(pixels.size(), CV_8UC3);
    show_colours<Value>(pixels, shown_channels(colours_of(pixels, image.alpha)),
                        stretch(pixels.depth(), range), shown);
    if (image.alpha && pixels.channels() > 1) show_alpha<Value>(pixels, opaque, shown);
    return shown;
}

}  // namespace

std::optional<ValueRange> shown_range(const cv::Mat& pixels, bool alpha) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    ValueRange range{infinity, -infinity};
    const int all = pixels.channels();
    const int shown = std::min(colours_of(pixels, alpha), 3);
    for (int y = 0; y < pixels.rows; ++y) {
        const auto* row = pixels.ptr<float>(y);
        for (int x = 0; x < pixels.cols; ++x, row += all) {
            for (int c = 0; c < shown; ++c) {
                if (!std::isfinite(row[c])) continue;
                range = {std::min(range.least, row[c]), std::max(range.greatest, row[c])};
            }
        }
    }
    return range.least > range.greatest ? std::nullopt : std::optional(range);
}

cv::Mat displayable(const Image& image, const std::optional<ValueRange>& range) {
    switch (image.pixels.depth()) {
        case CV_16U:
            return shown_values<std::uint16_t>(image, range);
        case CV_32F:
            return shown_values<float>(image, range);
        default:
            return shown_values<std::uint8_t>(image, range);
    }
}

cv::Mat displayable(const Image& image) {
    const bool is_stretched = image.pixels.depth() == CV_32F;
    return displayable(image, is_stretched ? shown_range(image.pixels, image.alpha) : std::nullopt);
}

}  // namespace glimpse
