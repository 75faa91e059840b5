#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "kernels/kernels.hpp"
#include "matrices.hpp"

// Every instruction set that this machine has, against float64 loops; the rest of the tests sees the best
// one only.

using namespace glimpse;

namespace {

/// Float32 weights and sums, relative to the range.
constexpr double tolerance = 1e-6;

class Draws {
  public:
    explicit Draws(std::uint64_t seed) : random_(seed) {}
    int whole(int low, int high) { return random_.uniform(low, high + 1); }
    double uniform(double low, double high) { return random_.uniform(low, high); }
    cv::Mat image(Size size, int depth, int channels) {
        return laws::random_values(size, depth, channels, random_);
    }

  private:
    cv::RNG random_;
};

/// The rows of a matrix as the kernels take them: `Lines` or `OutLines`.
template <typename Rows>
Rows rows_of(const cv::Mat& matrix) {
    const Element element = matrix.depth() == CV_8U    ? Element::uint8
                            : matrix.depth() == CV_16U ? Element::uint16
                                                       : Element::float32;
    return {matrix.data, static_cast<std::ptrdiff_t>(matrix.step[0]), element};
}

/// Rows of a banded matrix, with the weights they point to.
struct RandomBands {
    std::vector<std::vector<float>> weights;
    std::vector<Band> bands;

    RandomBands(Draws& draw, int rows, int columns, int widest) {
        weights.reserve(static_cast<std::size_t>(rows));
        for (int i = 0; i < rows; ++i) {
            const int count = draw.whole(0, std::min(widest, columns));
            auto& row = weights.emplace_back();
            for (int k = 0; k < count; ++k) row.push_back(static_cast<float>(draw.uniform(0, 2.0 / count)));
            bands.push_back({draw.whole(0, columns - count), count, row.data()});
        }
    }

    /// The same bands `by` columns further; they point to the weights of *this.
    [[nodiscard]] RandomBands moved(int by) const {
        RandomBands out;
        out.bands = bands;
        for (Band& band : out.bands) band.first += by;
        return out;
    }

  private:
    RandomBands() = default;
};

double value_at(const cv::Mat& image, int y, int v) {
    switch (image.depth()) {
        case CV_8U:
            return image.ptr<std::uint8_t>(y)[v];
        case CV_16U:
            return image.ptr<std::uint16_t>(y)[v];
        default:
            return image.ptr<float>(y)[v];
    }
}

double range_of(int depth) {
    return depth == CV_8U ? 255 : depth == CV_16U ? 65535 : 1;
}

/// R I Kᵀ in float64, without rounding at the end.
cv::Mat product(const RandomBands& rows, const RandomBands& columns, const cv::Mat& image) {
    const int channels = image.channels();
    cv::Mat out(static_cast<int>(rows.bands.size()), static_cast<int>(columns.bands.size()),
                CV_64FC(channels), cv::Scalar::all(0));
    for (int i = 0; i < out.rows; ++i) {
        for (int j = 0; j < out.cols; ++j) {
            const Band& r = rows.bands[static_cast<std::size_t>(i)];
            const Band& k = columns.bands[static_cast<std::size_t>(j)];
            for (int y = 0; y < r.count; ++y) {
                for (int x = 0; x < k.count; ++x) {
                    for (int c = 0; c < channels; ++c) {
                        out.ptr<double>(i)[j * channels + c] +=
                            double(r.weights[y]) * k.weights[x] *
                            value_at(image, r.first + y, (k.first + x) * channels + c);
                    }
                }
            }
        }
    }
    return out;
}

/// The same by a kernel: one span that keeps all of a line.
cv::Mat product(const Kernels& kernels, const RandomBands& rows, const RandomBands& columns,
                const cv::Mat& image, int depth) {
    const int channels = image.channels();
    cv::Mat out(static_cast<int>(rows.bands.size()), static_cast<int>(columns.bands.size()),
                CV_MAKETYPE(depth, channels));
    std::vector<Band> in_values = columns.bands;
    for (Band& band : in_values) band.first *= channels;
    const Span all{0, image.cols * channels, 0};
    std::vector<float> scratch(separable_scratch(all.length));
    kernels.separable({rows_of<Lines>(image), rows_of<OutLines>(out), channels, rows.bands.data(), out.rows,
                       in_values.data(), out.cols, &all, 1, scratch.data()});
    return out;
}

/// I at (x, y) by the definition of the interpolation, all taps inside.
double sampled(const cv::Mat& image, double x, double y, int channel, bool cubic) {
    const auto weight = [&](double d) {
        d = std::abs(d);
        if (!cubic) return std::max(0.0, 1 - d);
        constexpr double a = -0.75;
        if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
        return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0.0;
    };
    double sum = 0;
    const int reach = cubic ? 2 : 1;
    for (int v = static_cast<int>(y) - reach; v <= static_cast<int>(y) + reach; ++v) {
        for (int u = static_cast<int>(x) - reach; u <= static_cast<int>(x) + reach; ++u) {
            const double w = weight(x - u) * weight(y - v);
            if (w != 0) sum += w * value_at(image, v, u * image.channels() + channel);
        }
    }
    return sum;
}

SampleRowTask sample_task(const cv::Mat& image, Point start, Point step, int count, float* out) {
    return {rows_of<Lines>(image),
            static_cast<std::ptrdiff_t>(image.step[0] * (image.rows - 1) + image.cols * image.elemSize()),
            image.channels(),
            0,
            0,
            start.x,
            start.y,
            step.x,
            step.y,
            nullptr,
            0,
            count,
            out};
}

/// The largest difference of a row of samples to the definition.
double worst_of(const cv::Mat& image, const std::vector<Point>& points, const std::vector<float>& out,
                bool cubic) {
    double worst = 0;
    const int channels = image.channels();
    for (std::size_t j = 0; j < points.size(); ++j) {
        for (int c = 0; c < channels; ++c) {
            const double expected = sampled(image, points[j].x, points[j].y, c, cubic);
            const auto value = static_cast<std::size_t>(c) + j * static_cast<std::size_t>(channels);
            worst = std::max(worst, std::abs(out[value] - expected));
        }
    }
    return worst;
}

}  // namespace

TEST_CASE("kernels: the passes of a separable map in every instruction set") {
    Draws draw(1);
    for (int trial = 0; trial < 60; ++trial) {
        const Size size{draw.whole(1, trial % 3 == 0 ? 300 : 40), draw.whole(1, 60)};
        const int depth = std::array{CV_8U, CV_16U, CV_32F}[static_cast<std::size_t>(trial % 3)];
        const int channels = draw.whole(1, 5);
        const cv::Mat image = draw.image(size, depth, channels);
        const RandomBands rows(draw, draw.whole(1, 20), size.height, 45);
        const RandomBands columns(draw, draw.whole(1, 30), size.width, 45);
        const cv::Mat expected = product(rows, columns, image);
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            CAPTURE(trial);
            const cv::Mat exact = product(*kernels, rows, columns, image, CV_32F);
            CHECK(laws::largest_difference(exact, expected) <= 4 * tolerance * range_of(depth));
            cv::Mat rounded;
            exact.convertTo(rounded, depth);
            CHECK(laws::largest_difference(product(*kernels, rows, columns, image, depth), rounded) == 0);
        }
    }
}

TEST_CASE("kernels: the vertical pass alone") {
    Draws draw(2);
    for (const int depth : {CV_8U, CV_16U, CV_32F}) {
        for (const int width : {1, 7, 8, 33, 100}) {
            const cv::Mat image = draw.image({width, 40}, depth, 1);
            const RandomBands rows(draw, 11, 40, 38);
            for (const Kernels* kernels : available_kernels()) {
                CAPTURE(kernels->instruction_set);
                cv::Mat out(11, width, CV_32F);
                kernels->vertical(
                    {rows_of<Lines>(image), rows_of<OutLines>(out), rows.bands.data(), 11, width});
                for (int i = 0; i < out.rows; ++i) {
                    const Band& band = rows.bands[static_cast<std::size_t>(i)];
                    for (int v = 0; v < width; ++v) {
                        double sum = 0;
                        for (int k = 0; k < band.count; ++k)
                            sum += double(band.weights[k]) * value_at(image, band.first + k, v);
                        CHECK(std::abs(out.at<float>(i, v) - sum) <= 2 * tolerance * range_of(depth));
                    }
                }
            }
        }
    }
}

TEST_CASE("kernels: rows of samples in every instruction set") {
    Draws draw(3);
    for (int trial = 0; trial < 90; ++trial) {
        const bool cubic = trial % 2 == 1;
        const Size size{draw.whole(8, 40), draw.whole(8, 40)};
        const int depth = std::array{CV_8U, CV_16U, CV_32F}[static_cast<std::size_t>(trial % 3)];
        const int channels = draw.whole(1, 5);
        const cv::Mat image = draw.image(size, depth, channels);
        const double margin = cubic ? 1 : 0;
        const double far = cubic ? 3 : 1;
        const int count = draw.whole(8, 300);
        // Corner to corner, so that the first and the last pixel of the data are looked at.
        const Point first{margin, margin};
        const Point last{size.width - far, draw.whole(0, 1) == 0 ? size.height - far : margin};
        const Point step{(last.x - first.x) / (count - 1), (last.y - first.y) / (count - 1)};
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            CAPTURE(trial);
            std::vector<float> out(static_cast<std::size_t>(count * channels) + 1);
            const SampleRowTask task = sample_task(image, first, step, count, out.data());
            cubic ? kernels->sample_bicubic(task) : kernels->sample_bilinear(task);
            std::vector<Point> points;
            for (int j = 0; j < count; ++j) {
                // Rounding may carry the last point past the edge.
                points.push_back(
                    {std::min(first.x + j * step.x, last.x), std::min(first.y + j * step.y, last.y)});
            }
            CHECK(worst_of(image, points, out, cubic) <= 2 * tolerance * range_of(depth));
        }
    }
}

TEST_CASE("kernels: rows of listed samples in every instruction set") {
    Draws draw(5);
    for (int trial = 0; trial < 90; ++trial) {
        const bool cubic = trial % 2 == 1;
        const Size size{draw.whole(8, 40), draw.whole(8, 40)};
        const int depth = std::array{CV_8U, CV_16U, CV_32F}[static_cast<std::size_t>(trial % 3)];
        const cv::Mat image = draw.image(size, depth, draw.whole(1, 5));
        const double low = cubic ? 1 : 0;
        const Point high{size.width - (cubic ? 3.0 : 1.0), size.height - (cubic ? 3.0 : 1.0)};
        std::vector<Point> points{{low, low}, high, {low, high.y}, {high.x, low}};
        while (points.size() < static_cast<std::size_t>(draw.whole(8, 300))) {
            points.push_back(
                {low + draw.uniform(0, 1) * (high.x - low), low + draw.uniform(0, 1) * (high.y - low)});
        }
        const int count = static_cast<int>(points.size());
        const auto channels = static_cast<std::size_t>(image.channels());
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            CAPTURE(trial);
            std::vector<float> out(points.size() * channels + 1);
            SampleRowTask task = sample_task(image, {}, {}, count, out.data());
            task.points = &points.front().x;
            cubic ? kernels->sample_bicubic(task) : kernels->sample_bilinear(task);
            CHECK(worst_of(image, points, out, cubic) <= 2 * tolerance * range_of(depth));
        }
    }
}

TEST_CASE("kernels: a part of an image gives the same bits as the whole, in every instruction set") {
    Draws draw(4);
    for (int trial = 0; trial < 90; ++trial) {
        const int depth = std::array{CV_8U, CV_16U, CV_32F}[static_cast<std::size_t>(trial % 3)];
        const int channels = draw.whole(1, 5);
        const cv::Mat image = draw.image({90, 50}, depth, channels);
        // Of one pixel, of fewer values than a register holds, and of more.
        const cv::Rect part(draw.whole(0, 40), draw.whole(0, 20), draw.whole(1, trial % 2 == 0 ? 3 : 50),
                            draw.whole(1, 30));
        const RandomBands rows(draw, draw.whole(1, 20), part.height, 45);
        const RandomBands columns(draw, draw.whole(1, 30), part.width, 45);
        const RandomBands rows_of_whole = rows.moved(part.y);
        const RandomBands columns_of_whole = columns.moved(part.x);
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            CAPTURE(trial);
            const cv::Mat of_whole = product(*kernels, rows_of_whole, columns_of_whole, image, CV_32F);
            const cv::Mat of_part = product(*kernels, rows, columns, image(part), CV_32F);
            const cv::Mat of_copy = product(*kernels, rows, columns, image(part).clone(), CV_32F);
            CHECK(laws::largest_difference(of_part, of_whole) == 0);
            CHECK(laws::largest_difference(of_copy, of_whole) == 0);
        }
    }
}

TEST_CASE(
    "kernels: samples of a part of an image are those of the whole, bit by bit, in every instruction set") {
    Draws draw(5);
    for (int trial = 0; trial < 90; ++trial) {
        const bool cubic = trial % 2 == 1;
        const int depth = std::array{CV_8U, CV_16U, CV_32F}[static_cast<std::size_t>(trial % 3)];
        const int channels = draw.whole(1, 5);
        const cv::Mat image = draw.image({120, 60}, depth, channels);
        const int count = draw.whole(minimum_samples, 300);
        const Point first{draw.uniform(1, 60), draw.uniform(1, 28)};
        const Point last{draw.uniform(61, 117), draw.uniform(29, 57)};
        const Point step{(last.x - first.x) / (count - 1), (last.y - first.y) / (count - 1)};
        // The pixels that are needed and no more.
        const int before = cubic ? 1 : 0;
        const int after = cubic ? 3 : 2;
        const cv::Rect part(cv::Point(static_cast<int>(first.x) - before, static_cast<int>(first.y) - before),
                            cv::Point(static_cast<int>(last.x) + after, static_cast<int>(last.y) + after));
        const cv::Mat seen = image(part).clone();
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            CAPTURE(trial);
            cv::Mat of_whole(1, count * channels + 1, CV_32F);
            cv::Mat of_part(1, count * channels + 1, CV_32F);
            const auto sample = cubic ? kernels->sample_bicubic : kernels->sample_bilinear;
            sample(sample_task(image, first, step, count, of_whole.ptr<float>()));
            SampleRowTask task = sample_task(seen, first, step, count, of_part.ptr<float>());
            task.origin_x = part.x;
            task.origin_y = part.y;
            sample(task);
            CHECK(laws::largest_difference(of_part.colRange(0, count * channels),
                                           of_whole.colRange(0, count * channels)) == 0);
        }
    }
}

TEST_CASE("kernels: rows of filtered values in every instruction set, the same wherever a row begins") {
    Draws draw(41);
    for (const Kernels* kernels : available_kernels()) {
        CAPTURE(kernels->instruction_set);
        for (const int side : {1, 2, 3, 5, 8}) {
            for (const int count : {1, 7, 8, 9, 31, 32, 33, 70}) {
                for (const bool of_each : {false, true}) {
                    const cv::Mat lines = draw.image({count + side - 1, side}, CV_32F, 1);
                    const cv::Mat weights = draw.image({of_each ? count : 1, side * side}, CV_32F, 1);
                    std::vector<const float*> rows;
                    for (int u = 0; u < side; ++u) rows.push_back(lines.ptr<float>(u));
                    std::vector<float> out(static_cast<std::size_t>(count));
                    kernels->filter_row(
                        {side, count, rows.data(), weights.ptr<float>(), of_each, out.data()});
                    for (int j = 0; j < count; ++j) {
                        double sum = 0;
                        double magnitudes = 0;
                        for (int k = 0; k < side * side; ++k) {
                            const double product = double{weights.at<float>(k, of_each ? j : 0)} *
                                                   double{lines.at<float>(k / side, j + k % side)};
                            sum += product;
                            magnitudes += std::abs(product);
                        }
                        CHECK(std::abs(double{out[static_cast<std::size_t>(j)]} - sum) <=
                              tolerance * std::max(magnitudes, 1.0));
                    }
                    if (of_each || count < 2) continue;
                    for (const float*& row : rows) ++row;
                    std::vector<float> behind(static_cast<std::size_t>(count - 1));
                    kernels->filter_row(
                        {side, count - 1, rows.data(), weights.ptr<float>(), false, behind.data()});
                    CHECK(std::equal(behind.begin(), behind.end(), out.begin() + 1));
                }
            }
        }
    }
}

TEST_CASE("kernels: samples upon pixels are those pixels, whatever lies beside them") {
    const float nothing = std::numeric_limits<float>::quiet_NaN();
    for (const int channels : {1, 2, 3, 4}) {
        cv::Mat image(9, 12, CV_32FC(channels), cv::Scalar::all(nothing));
        for (int x = 0; x < 12; ++x) {
            for (int c = 0; c < channels; ++c)
                image.ptr<float>(4)[x * channels + c] = static_cast<float>(10 * x + c);
        }
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            std::vector<float> out(static_cast<std::size_t>(9 * channels) + 1);
            for (const bool cubic : {false, true}) {
                const SampleRowTask task = sample_task(image, {1, 4}, {1, 0}, 9, out.data());
                cubic ? kernels->sample_bicubic(task) : kernels->sample_bilinear(task);
                for (int n = 0; n < 9 * channels; ++n) {
                    CHECK(out[static_cast<std::size_t>(n)] == 10 * (1 + n / channels) + n % channels);
                }
            }
        }
    }
}

TEST_CASE("kernels: rounding half to even, saturated, NaN as 0") {
    const float nothing = std::numeric_limits<float>::quiet_NaN();
    const float endless = std::numeric_limits<float>::infinity();
    const std::vector<float> values{0.5F,   1.5F,    2.5F,    -0.5F,    -7,       254.5F,   255.5F,   1e30F,
                                    -1e30F, nothing, endless, -endless, 65534.5F, 65535.5F, 3.49999F, 128};
    const std::vector<int> bytes{0, 2, 2, 0, 0, 254, 255, 255, 0, 0, 255, 0, 255, 255, 3, 128};
    const std::vector<int> words{0, 2, 2, 0, 0, 254, 256, 65535, 0, 0, 65535, 0, 65534, 65535, 3, 128};
    for (const Kernels* kernels : available_kernels()) {
        CAPTURE(kernels->instruction_set);
        for (std::size_t count = 1; count <= values.size(); ++count) {
            std::vector<std::uint8_t> out8(count);
            std::vector<std::uint16_t> out16(count);
            kernels->round(values.data(), count, out8.data(), Element::uint8);
            kernels->round(values.data(), count, out16.data(), Element::uint16);
            for (std::size_t n = 0; n < count; ++n) {
                CHECK(int{out8[n]} == bytes[n]);
                CHECK(int{out16[n]} == words[n]);
            }
        }
    }
}
