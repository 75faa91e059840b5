#include "maps/banded_product.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "maps/image_region.hpp"
#include "maps/separable.hpp"
#include "pixels/matrix_lines.hpp"

namespace glimpse {

namespace {

using Bands = std::vector<Band>;

/// The rows of a matrix, its columns counted from `origin`.
Bands bands_of(const BandedMatrix& matrix, int origin) {
    Bands bands;
    bands.reserve(static_cast<std::size_t>(matrix.rows()));
    for (int i = 0; i < matrix.rows(); ++i) {
        const auto [first, weights] = matrix.row(i);
        bands.push_back({first - origin, static_cast<int>(weights.size()), weights.data()});
    }
    return bands;
}

/// The columns in which some row has weights, as intervals in order; gaps of up to `bridged_gap` columns are
/// bridged.
std::vector<Interval> touched(const Bands& bands, int bridged_gap) {
    std::vector<Interval> intervals;
    for (const Band& band : bands) {
        if (band.count > 0) intervals.push_back({band.first, band.first + band.count});
    }
    if (!std::ranges::is_sorted(intervals, {}, &Interval::begin)) {
        std::ranges::sort(intervals, {}, &Interval::begin);
    }
    std::vector<Interval> merged;
    for (const Interval& interval : intervals) {
        if (!merged.empty() && interval.begin - merged.back().end <= bridged_gap) {
            merged.back().end = std::max(merged.back().end, interval.end);
        } else {
            merged.push_back(interval);
        }
    }
    return merged;
}

std::int64_t length_of(const std::vector<Interval>& intervals) {
    return std::accumulate(
        intervals.begin(), intervals.end(), std::int64_t{0},
        [](std::int64_t sum, const Interval& interval) { return sum + interval.length(); });
}

/// The interval that contains a column.
template <typename Intervals, typename Begin>
auto holding(const Intervals& intervals, int column, Begin begin) {
    return std::prev(std::ranges::upper_bound(intervals, column, {}, begin));
}

/// The spans of a line that the columns' bands touch; the bands' `first` becomes an offset into the packed
/// spans.
std::vector<Span> keep_touched(Bands& columns, int channels, int line_length) {
    constexpr int few_values = 16;  // cheaper to compute than to skip
    std::vector<Span> spans;
    for (const Interval& interval : touched(columns, few_values / channels)) {
        int begin = interval.begin * channels;
        int end = std::max(interval.end * channels, begin + minimum_span);
        if (end > line_length) {
            end = line_length;
            begin = std::clamp(line_length - minimum_span, 0, begin);
        }
        if (!spans.empty() && begin <= spans.back().begin + spans.back().length) {
            spans.back().length = std::max(spans.back().length, end - spans.back().begin);
        } else {
            spans.push_back({begin, end - begin, 0});
        }
    }
    for (std::size_t n = 1; n < spans.size(); ++n)
        spans[n].offset = spans[n - 1].offset + spans[n - 1].length;
    for (Band& band : columns) {
        if (band.count == 0) continue;
        const int value = band.first * channels;
        const auto span = holding(spans, value, &Span::begin);
        band.first = span->offset + value - span->begin;
    }
    return spans;
}

/// Uninitialised floats, aligned to the largest register.
class AlignedFloats {
  public:
    explicit AlignedFloats(std::size_t length)
        : memory_(std::make_unique_for_overwrite<float[]>(length + alignment)) {}

    [[nodiscard]] float* data() const {
        const auto beyond = reinterpret_cast<std::uintptr_t>(memory_.get()) / sizeof(float) % alignment;
        return memory_.get() + (alignment - beyond) % alignment;
    }

  private:
    static constexpr std::size_t alignment = 64 / sizeof(float);
    std::unique_ptr<float[]> memory_;
};

/// Applies a separable map to the pixels of a region.
class Product {
  public:
    Product(const Separable& map, const ImageRegion& image)
        : map_(map),
          image_(image),
          channels_(image.pixels.channels()),
          rows_(bands_of(map.rows, image.region.y)),
          columns_(bands_of(map.columns, image.region.x)),
          touched_values_(length_of(touched(columns_, 0)) * channels_),
          spans_(keep_touched(columns_, channels_, image.pixels.cols * channels_)) {}

    void compute(cv::Mat& out) {
        if (horizontal_first_is_cheaper()) {
            compute_horizontal_first(out);
        } else {
            compute_passes(rows_, out);
        }
    }

  private:
    [[nodiscard]] int kept() const {
        return spans_.empty() ? 0 : spans_.back().offset + spans_.back().length;
    }

    /// Compares multiply-adds. Vertical first: each row's weights for the touched values of a line, then K
    /// for each row. Horizontal first: K for each touched line, then each row's weights for a row of the
    /// glimpse.
    [[nodiscard]] bool horizontal_first_is_cheaper() const {
        const std::int64_t lines = length_of(lines_);
        const std::int64_t height = static_cast<std::int64_t>(rows_.size());
        const std::int64_t width = static_cast<std::int64_t>(columns_.size()) * channels_;
        const auto across = static_cast<std::int64_t>(map_.columns.weight_count()) * channels_;
        const auto down = static_cast<std::int64_t>(map_.rows.weight_count());
        constexpr std::int64_t most_values_between = std::int64_t{1} << 24;
        return lines * width <= most_values_between &&
               lines * touched_values_ + channels_ * multiply_adds_columns_first(map_, lines) <
                   down * touched_values_ + height * across;
    }

    void compute_horizontal_first(cv::Mat& out) {
        const float one = 1;
        Bands picked;
        for (const Interval& interval : lines_) {
            for (int y = interval.begin; y < interval.end; ++y) picked.push_back({y, 1, &one});
        }
        cv::Mat between(static_cast<int>(picked.size()), out.cols, CV_32FC(channels_));
        compute_passes(picked, between);
        Bands rows = rows_;
        for (Band& band : rows) {
            if (band.count == 0) continue;
            band.first = static_cast<int>(holding(picked, band.first, &Band::first) - picked.begin());
        }
        kernels().vertical({lines_of(std::as_const(between)), lines_of(out), rows.data(),
                            static_cast<int>(rows.size()), out.cols * channels_});
    }

    void compute_passes(const Bands& rows, cv::Mat& out) {
        const AlignedFloats scratch(separable_scratch(kept()));
        kernels().separable({lines_of(image_.pixels), lines_of(out), channels_, rows.data(),
                             static_cast<int>(rows.size()), columns_.data(),
                             static_cast<int>(columns_.size()), spans_.data(),
                             static_cast<int>(spans_.size()), scratch.data()});
    }

    const Separable& map_;
    const ImageRegion& image_;
    int channels_;
    Bands rows_;
    Bands columns_;
    std::int64_t touched_values_;
    std::vector<Span> spans_;
    std::vector<Interval> lines_ = touched(rows_, 0);
};

/// Calls visit(i, first, weights) for every row i of the matrix that has weights.
template <typename Visit>
void for_each_row(const BandedMatrix& matrix, Visit&& visit) {
    for (int i = 0; i < matrix.rows(); ++i) {
        const auto [first, weights] = matrix.row(i);
        if (!weights.empty()) visit(i, first, weights);
    }
}

/// line[x] += Σ_j K[j, x] in[j], the line beginning at column `begin`.
void scatter(const BandedMatrix& columns, int begin, int channels, const float* in, float* line) {
    for_each_row(columns, [&](int j, int first, std::span<const float> weights) {
        const float* from = in + std::ptrdiff_t{j} * channels;
        float* out = line + static_cast<std::ptrdiff_t>(first - begin) * channels;
        for (const float weight : weights) {
            for (int c = 0; c < channels; ++c) out[c] += weight * from[c];
            out += channels;
        }
    });
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

cv::Mat banded_product(const Separable& map, const ImageRegion& image, int depth) {
    cv::Mat out(map.rows.rows(), map.columns.rows(), CV_MAKETYPE(depth, image.pixels.channels()));
    if (map.columns.support().empty() || map.rows.support().empty()) {
        out.setTo(0);
    } else {
        Product(map, image).compute(out);
    }
    return out;
}

ImageRegion transposed_banded_product(const Separable& map, const cv::Mat& glimpse) {
    const Interval columns = map.columns.support();
    const Interval rows = map.rows.support();
    if (columns.empty() || rows.empty()) return {};
    const int channels = glimpse.channels();
    const auto length = static_cast<std::size_t>(columns.length()) * static_cast<std::size_t>(channels);
    cv::Mat out = cv::Mat::zeros(rows.length(), columns.length(), CV_32FC(channels));
    std::vector<float> line(length);
    for_each_row(map.rows, [&](int i, int first, std::span<const float> weights) {
        std::fill(line.begin(), line.end(), 0.0F);
        scatter(map.columns, columns.begin, channels, glimpse.ptr<float>(i), line.data());
        int y = first - rows.begin;
        for (const float weight : weights) {
            auto* to = out.ptr<float>(y++);
            for (std::size_t v = 0; v < length; ++v) to[v] += weight * line[v];
        }
    });
    return {rectangle(columns, rows), out};
}

}  // namespace glimpse
