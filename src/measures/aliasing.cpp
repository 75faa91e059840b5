#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <utility>

#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "glimpse/measures.hpp"
#include "glimpse/reading.hpp"
#include "measures/row_weights.hpp"
#include "pixels/alpha.hpp"

namespace glimpse {

namespace measures {

namespace {

/// A frequency of the glimpse's that is ½ but for rounding is not above it.
constexpr double nyquist = 0.5 + 1e-9;

const Affine& matrix_of(const Lowered& lowered) {
    if (lowered.matrix) return *lowered.matrix;
    throw Error("the glimpse has no matrix, and so no one distance between its points");
}

/// Whether the glimpse takes a wave of f cycles per image pixel for a slower one.
bool is_above(const Affine& matrix, Point f) {
    const auto& m = matrix.m;
    return std::abs(m[0][0] * f.x + m[1][0] * f.y) > nyquist ||
           std::abs(m[0][1] * f.x + m[1][1] * f.y) > nyquist;
}

/// Of the k-th of n numbers of a discrete Fourier transform, cycles per pixel.
double frequency_of(int k, int n) {
    return static_cast<double>(2 * k <= n ? k : k - n) / n;
}

struct Mean {
    double sum = 0;
    std::int64_t count = 0;
};

/// The weights on a square of at least twice their extent, n×n CV_64F: a transform of their extent alone
/// would meet a mean over it at its zeros.
cv::Mat on_square(const RowWeights& row, int columns) {
    int left = columns;
    int right = 0;
    for (const auto& [pixel, weight] : row) {
        left = std::min(left, static_cast<int>(pixel % columns));
        right = std::max(right, static_cast<int>(pixel % columns) + 1);
    }
    const std::int64_t top = row.front().pixel / columns;
    const auto height = static_cast<int>(row.back().pixel / columns - top + 1);
    constexpr int least = 512;
    const int side = cv::getOptimalDFTSize(std::max(2 * std::max(right - left, height), least));
    cv::Mat square = cv::Mat::zeros(side, side, CV_64F);
    for (const auto& [pixel, weight] : row)
        square.at<double>(static_cast<int>(pixel / columns - top), static_cast<int>(pixel % columns) - left) =
            weight;
    return square;
}

void add_gains(const RowWeights& row, int columns, const Affine& matrix, Mean& mean) {
    cv::Mat waves;
    cv::dft(on_square(row, columns), waves, cv::DFT_COMPLEX_OUTPUT);
    for (int y = 0; y < waves.rows; ++y) {
        for (int x = 0; x < waves.cols; ++x) {
            if (!is_above(matrix, {frequency_of(x, waves.cols), frequency_of(y, waves.rows)})) continue;
            const auto& wave = waves.at<cv::Vec2d>(y, x);
            mean.sum += wave.dot(wave);
            ++mean.count;
        }
    }
}

double mean_square(const cv::Mat& plane) {
    return plane.dot(plane) / static_cast<double>(plane.total());
}

/// The pixels that a box meets, those outside of the image too.
double pixel_count(const Box& box) {
    return (std::ceil(box.x + box.width) - std::floor(box.x)) *
           (std::ceil(box.y + box.height) - std::floor(box.y));
}

int even_size(int size) {
    return 2 * cv::getOptimalDFTSize((size + 1) / 2);
}

Rectangle pixels_of(const Box& box, Size image) {
    const int left = static_cast<int>(std::floor(std::clamp(box.x, 0.0, double(image.width))));
    const int top = static_cast<int>(std::floor(std::clamp(box.y, 0.0, double(image.height))));
    const int right = static_cast<int>(std::ceil(std::clamp(box.x + box.width, 0.0, double(image.width))));
    const int bottom = static_cast<int>(std::ceil(std::clamp(box.y + box.height, 0.0, double(image.height))));
    return {left, top, right - left, bottom - top};
}

/// The mean of the channels of a part of a whole image, in values of 0 to 1, CV_32F.
cv::Mat plane_of(const cv::Mat& image, const Rectangle& part) {
    const cv::Mat pixels = image(cv::Rect(part.x, part.y, part.width, part.height));
    cv::Mat sum = cv::Mat::zeros(pixels.size(), CV_32F);
    cv::Mat channel;
    cv::Mat values;
    for (int c = 0; c < pixels.channels(); ++c) {
        cv::extractChannel(pixels, channel, c);
        channel.convertTo(values, CV_32F, 1 / (full_scale(image.depth()) * pixels.channels()));
        sum += values;
    }
    return sum;
}

}  // namespace

}  // namespace measures

double gain_at(const LinearMap& map, int x, int y, Point f) {
    const measures::RowsOfMap rows(map, {{x, y}});
    cv::Vec2d sum{0, 0};
    for (const measures::PixelWeight& one : rows.row(0)) {
        const Point place = one.place(map.image.width);
        const double angle = 2 * std::numbers::pi * (f.x * place.x + f.y * place.y);
        sum += one.weight * cv::Vec2d(std::cos(angle), -std::sin(angle));
    }
    return sum.dot(sum);
}

double mean_gain_above(const Lowered& lowered) {
    using namespace measures;
    const Affine& matrix = matrix_of(lowered);
    const std::vector<GlimpsePixel> pixels = spread_pixels(lowered.map.glimpse);
    const RowsOfMap rows(lowered.map, pixels);
    Mean mean;
    bool has_weights = false;
    for (std::size_t k = 0; k < pixels.size(); ++k) {
        const RowWeights row = rows.row(k);
        if (row.empty()) continue;
        has_weights = true;
        add_gains(row, lowered.map.image.width, matrix, mean);
    }
    if (!has_weights) throw Error("the glimpse sees nothing of the image");
    if (mean.count == 0) {
        throw Error("the glimpse is no coarser than the image: nothing is above its Nyquist frequency");
    }
    return mean.sum / static_cast<double>(mean.count);
}

cv::Mat above_frequency(const cv::Mat& plane, Point stride) {
    cv::Mat even;
    cv::copyMakeBorder(plane, even, 0, measures::even_size(plane.rows) - plane.rows, 0,
                       measures::even_size(plane.cols) - plane.cols, cv::BORDER_REFLECT);
    cv::dct(even, even);
    // f = k/(2n) ≤ 1/(2 stride) along both axes
    const auto below = [](int size, double by) {
        return std::min(size, static_cast<int>(std::floor(size / by * (1 + 1e-9))) + 1);
    };
    even(cv::Rect(0, 0, below(even.cols, stride.x), below(even.rows, stride.y))) = 0;
    cv::idct(even, even);
    return even(cv::Rect(0, 0, plane.cols, plane.rows)).clone();
}

double energy_through(const Lowered& lowered, const ImageRegion& image) {
    using namespace measures;
    const Affine& matrix = matrix_of(lowered);
    if (!matrix.axis_aligned())
        throw Error("the glimpse is turned, and its Nyquist frequency not along the axes");
    const Size size = lowered.map.image;
    const Box box = bounding_box(outline(lowered));
    const Rectangle seen = pixels_of(box, size);
    const Box grown{box.x - box.width / 2, box.y - box.height / 2, 2 * box.width, 2 * box.height};
    const Rectangle part = smallest_containing(pixels_of(grown, size), support(lowered));
    if (seen.empty() || part.empty()) throw Error("the glimpse sees nothing of the image");
    const cv::Mat above =
        above_frequency(plane_of(image.pixels, part), {std::abs(matrix.m[0][0]), std::abs(matrix.m[1][1])});
    const cv::Mat inside = above(cv::Rect(seen.x - part.x, seen.y - part.y, seen.width, seen.height));
    const double there = inside.dot(inside) / pixel_count(box);
    if (!std::isfinite(there)) throw Error("a value of the image there is NaN or infinite");
    constexpr double rounding = 1e-12;
    if (there < rounding) throw Error("the image has nothing above the glimpse's Nyquist frequency there");
    Lowered plain = lowered;
    plain.fill = {};
    plain.bias = {};
    return mean_square(read_glimpse(CpuBackend(), plain, {part, above}, CV_32F)) / there;
}

}  // namespace glimpse
