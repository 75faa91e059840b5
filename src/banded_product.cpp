#include "banded_product.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <span>
#include <stdexcept>
#include <vector>

namespace glimpse {

namespace {

/// sums[n] += weight · values[n]
template <typename T>
void add_scaled(float* sums, float weight, const T* values, std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) sums[n] += weight * static_cast<float>(values[n]);
}

/// sums[n] += values[n]
void add(float* sums, const float* values, std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) sums[n] += values[n];
}

/// Long sums are made of short ones, so that their float32 rounding grows with the root of the number of
/// blocks rather than of weights: 2e-6 of the range becomes less than 5e-7 for thousands of weights in a row.
constexpr std::size_t block_length = 32;

/// Calls visit(i, first, weights) for every row i of the matrix that has weights: gathering through them is
/// A, scattering Aᵀ.
template <typename Visit>
void for_each_row(const BandedMatrix& matrix, Visit&& visit) {
    for (int i = 0; i < matrix.rows(); ++i) {
        const auto [first, weights] = matrix.row(i);
        if (!weights.empty()) visit(i, first, weights);
    }
}

/// The columns' matrix at work on one line of pixels that begins at column `begin`. Channels is the number of
/// channels, or 0 where it is known only at run time.
template <int Channels>
class ColumnPass {
  public:
    ColumnPass(const BandedMatrix& columns, int begin, int channels)
        : columns_(columns), begin_(begin), channels_(channels) {}

    /// out[j] += Σ_x K[j, x] line[x]
    void gather(const float* line, float* out) const {
        const int channels = Channels ? Channels : channels_;
        for_each_row(columns_, [&](int j, int first, std::span<const float> weights) {
            float* to = out + std::ptrdiff_t{j} * channels;
            const float* in = line + static_cast<std::ptrdiff_t>(first - begin_) * channels;
            for (std::size_t begin = 0; begin < weights.size(); begin += block_length) {
                std::array<float, Channels ? Channels : CV_CN_MAX> sum;
                std::fill_n(sum.begin(), channels, 0.0F);
                const auto left = weights.subspan(begin);
                for (const float weight : left.first(std::min(block_length, left.size()))) {
                    for (int c = 0; c < channels; ++c) sum[static_cast<std::size_t>(c)] += weight * in[c];
                    in += channels;
                }
                for (int c = 0; c < channels; ++c) to[c] += sum[static_cast<std::size_t>(c)];
            }
        });
    }

    /// line[x] += Σ_j K[j, x] in[j]
    void scatter(const float* in, float* line) const {
        for_each_row(columns_, [&](int j, int first, std::span<const float> weights) {
            const float* from = in + std::ptrdiff_t{j} * channels_;
            float* out = line + static_cast<std::ptrdiff_t>(first - begin_) * channels_;
            for (const float weight : weights) {
                for (int c = 0; c < channels_; ++c) out[c] += weight * from[c];
                out += channels_;
            }
        });
    }

  private:
    const BandedMatrix& columns_;
    int begin_;
    int channels_;
};

/// The rows' matrix at work on the columns from `skipped` values on.
template <typename T>
class RowPass {
  public:
    RowPass(const ImageRegion& image, std::ptrdiff_t skipped, std::size_t length)
        : image_(image), skipped_(skipped), block_(length) {}

    /// line = Σ_y weights[y - first] I[y]
    void gather(int first, std::span<const float> weights, std::vector<float>& line) {
        std::fill(line.begin(), line.end(), 0.0F);
        add_rows(first, weights.first(std::min(block_length, weights.size())), line);
        for (std::size_t begin = block_length; begin < weights.size(); begin += block_length) {
            std::fill(block_.begin(), block_.end(), 0.0F);
            const auto left = weights.subspan(begin);
            add_rows(first + static_cast<int>(begin), left.first(std::min(block_length, left.size())),
                     block_);
            add(line.data(), block_.data(), line.size());
        }
    }

  private:
    void add_rows(int first, std::span<const float> weights, std::vector<float>& sums) const {
        int y = first - image_.region.y;
        for (const float weight : weights) {
            add_scaled(sums.data(), weight, image_.pixels.ptr<T>(y++) + skipped_, sums.size());
        }
    }

    const ImageRegion& image_;
    std::ptrdiff_t skipped_;
    std::vector<float> block_;
};

template <typename T, int Channels>
void multiply(const Separable& map, const ImageRegion& image, cv::Mat& out) {
    const int channels = image.pixels.channels();
    const Interval seen = map.columns.support();
    const auto length = static_cast<std::size_t>(seen.length()) * static_cast<std::size_t>(channels);
    const auto skipped = static_cast<std::ptrdiff_t>(seen.begin - image.region.x) * channels;
    RowPass<T> row_pass(image, skipped, length);
    const ColumnPass<Channels> column_pass(map.columns, seen.begin, channels);
    std::vector<float> line(length);
    for_each_row(map.rows, [&](int i, int first, std::span<const float> weights) {
        row_pass.gather(first, weights, line);
        column_pass.gather(line.data(), out.ptr<float>(i));
    });
}

template <typename T>
void multiply(const Separable& map, const ImageRegion& image, cv::Mat& out) {
    switch (image.pixels.channels()) {
        case 1:
            return multiply<T, 1>(map, image, out);
        case 3:
            return multiply<T, 3>(map, image, out);
        case 4:
            return multiply<T, 4>(map, image, out);
        default:
            return multiply<T, 0>(map, image, out);
    }
}

}  // namespace

cv::Mat outer_product(std::span<const double> rows, std::span<const double> columns) {
    cv::Mat product(static_cast<int>(rows.size()), static_cast<int>(columns.size()), CV_32F);
    for (int y = 0; y < product.rows; ++y) {
        auto* out = product.ptr<float>(y);
        for (std::size_t x = 0; x < columns.size(); ++x) {
            out[x] = static_cast<float>(rows[static_cast<std::size_t>(y)] * columns[x]);
        }
    }
    return product;
}

cv::Mat banded_product(const Separable& map, const ImageRegion& image) {
    cv::Mat out = cv::Mat::zeros(map.rows.rows(), map.columns.rows(), CV_32FC(image.pixels.channels()));
    if (map.columns.support().empty() || map.rows.support().empty()) return out;
    switch (image.pixels.depth()) {
        case CV_8U:
            multiply<std::uint8_t>(map, image, out);
            break;
        case CV_16U:
            multiply<std::uint16_t>(map, image, out);
            break;
        case CV_32F:
            multiply<float>(map, image, out);
            break;
        case CV_64F:
            multiply<double>(map, image, out);
            break;
        default:
            throw std::invalid_argument("banded_product: 8-bit, 16-bit or floating-point pixels");
    }
    return out;
}

ImageRegion transposed_banded_product(const Separable& map, const cv::Mat& glimpse) {
    const Interval columns = map.columns.support();
    const Interval rows = map.rows.support();
    if (columns.empty() || rows.empty()) return {};
    const int channels = glimpse.channels();
    const auto length = static_cast<std::size_t>(columns.length()) * static_cast<std::size_t>(channels);
    const ColumnPass<0> column_pass(map.columns, columns.begin, channels);
    cv::Mat out = cv::Mat::zeros(rows.length(), columns.length(), CV_32FC(channels));
    std::vector<float> line(length);
    for_each_row(map.rows, [&](int i, int first, std::span<const float> weights) {
        std::fill(line.begin(), line.end(), 0.0F);
        column_pass.scatter(glimpse.ptr<float>(i), line.data());
        int y = first - rows.begin;
        for (const float weight : weights) add_scaled(out.ptr<float>(y++), weight, line.data(), length);
    });
    return {{columns.begin, rows.begin, columns.length(), rows.length()}, out};
}

}  // namespace glimpse
