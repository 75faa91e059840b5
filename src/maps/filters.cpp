#include "maps/filters.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <opencv2/core.hpp>
#include <stdexcept>

#include "glimpse/memory_budget.hpp"
#include "kernels/kernels.hpp"
#include "maps/image_region.hpp"
#include "maps/placement.hpp"
#include "pixels/element_type.hpp"
#include "pixels/matrix_lines.hpp"
#include "system/numbers.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace {

/// So many rows are filtered one after another: their lines are converted and padded once.
constexpr int rows_of_strip = 16;

template <int channels>
void add_product_of(const float* weights, const float* from, int width, float* to) {
    for (int j = 0; j < width; ++j) {
        for (int c = 0; c < channels; ++c) to[j * channels + c] += weights[j] * from[j * channels + c];
    }
}

/// The pixels of an axis beyond both ends that a kernel reaches, r before and s - 1 - r behind, each with the
/// one that stands for it, or -1.
struct Margins {
    std::vector<int> before;
    std::vector<int> behind;

    Margins(const Filters& filters, int size) {
        const int reach = filters.side / 2;
        for (int k = -reach; k < 0; ++k) before.push_back(filtered_pixel(filters, size, k));
        for (int k = size; k < size + filters.side - 1 - reach; ++k)
            behind.push_back(filtered_pixel(filters, size, k));
    }
};

std::size_t value_count(int pixels, int channels) {
    return static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels);
}

/// Lines of an image with their margins, channel by channel: those that the rows of a strip look at.
class PaddedLines {
  public:
    PaddedLines(const Filters& filters, Size image, int channels)
        : filters_(filters),
          image_(image),
          channels_(channels),
          margins_(filters, image.width),
          length_(value_count(image.width + filters.side - 1, 1)),
          interleaved_(value_count(image.width, channels)) {}

    /// Line k looks at row first + k of the image, before it is padded: line(y, values) gives the w·C values
    /// of a row, and those of none, y = -1, are `outside`, as are the margins that no pixel stands for.
    template <typename Line>
    void fill(int first, int count, Line&& line, float outside) {
        values_.assign(value_count(count, channels_) * length_, outside);
        for (int k = 0; k < count; ++k) {
            const int y = filtered_pixel(filters_, image_.height, first + k);
            if (y < 0) continue;
            line(y, interleaved_.data());
            for (int c = 0; c < channels_; ++c) put_channel(c, values_.data() + place(k, c), outside);
        }
    }

    /// Channel c, from the pixel r before the first on.
    [[nodiscard]] const float* at(int k, int c) const { return values_.data() + place(k, c); }

  private:
    [[nodiscard]] std::size_t place(int k, int c) const {
        return static_cast<std::size_t>(k * channels_ + c) * length_;
    }
    void put_channel(int c, float* to, float outside) const {
        const float* const own = interleaved_.data() + c;
        const auto value = [&](int pixel) {
            return pixel < 0 ? outside : own[std::ptrdiff_t{pixel} * channels_];
        };
        for (const int pixel : margins_.before) *to++ = value(pixel);
        for (int x = 0; x < image_.width; ++x) *to++ = own[std::ptrdiff_t{x} * channels_];
        for (const int pixel : margins_.behind) *to++ = value(pixel);
    }

    const Filters& filters_;
    Size image_;
    int channels_;
    Margins margins_;
    std::size_t length_;
    std::vector<float> interleaved_;  ///< a line as it is given
    std::vector<float> values_{};
};

/// Calls take(i, values) with the w·C filtered values of each row, of lines as `PaddedLines` has them; strips
/// of rows in parallel. Sums are those of the kernel's rows, so that rounding grows with s, not with s².
template <typename Line, typename Take>
void gather(const Filters& filters, Size image, int channels, Line&& line, float outside, Take&& take) {
    const auto strips = static_cast<std::size_t>(ceil_div(image.height, rows_of_strip));
    for_each_in_parallel(strips, [&](std::size_t strip) {
        const int begin = static_cast<int>(strip) * rows_of_strip;
        const int end = std::min(begin + rows_of_strip, image.height);
        PaddedLines lines(filters, image, channels);
        lines.fill(begin - filters.side / 2, end - begin + filters.side - 1, line, outside);
        FilterWeights weights(filters, image.width);
        std::vector<const float*> rows(static_cast<std::size_t>(filters.side));
        std::vector<float> channel(static_cast<std::size_t>(image.width));
        std::vector<float> all(value_count(image.width, channels));
        for (int i = begin; i < end; ++i) {
            weights.go_to_row(i);
            for (int c = 0; c < channels; ++c) {
                for (int u = 0; u < filters.side; ++u)
                    rows[static_cast<std::size_t>(u)] = lines.at(i - begin + u, c);
                kernels().filter_row({.side = filters.side,
                                      .count = image.width,
                                      .lines = rows.data(),
                                      .weights = weights.data(),
                                      .of_each = weights.are_of_each(),
                                      .out = channel.data()});
                float* to = all.data() + c;
                for (const float value : channel) {
                    *to = value;
                    to += channels;
                }
            }
            take(i, all.data());
        }
    });
}

/// Aᵀ g on the region, row(i) giving the w·C values of a row of g.
template <typename Row>
cv::Mat scattered(const Filters& filters, Size image, int channels, Row&& row) {
    const Rectangle& region = filters.region;
    cv::Mat out = cv::Mat::zeros(region.height, region.width, CV_32FC(channels));
    const int reach = filters.side / 2;
    std::vector<int> columns;  // in the region, or -1
    for (int k = -reach; k < image.width + filters.side - 1 - reach; ++k) {
        const int x = filtered_pixel(filters, image.width, k) - region.x;
        columns.push_back(x >= 0 && x < region.width ? x : -1);
    }
    FilterWeights weights(filters, image.width);
    std::vector<float> line(columns.size() * static_cast<std::size_t>(channels));
    for (int i = 0; i < image.height; ++i) {
        weights.go_to_row(i);
        const float* const g = row(i);
        for (int u = 0; u < filters.side; ++u) {
            const int y = filtered_pixel(filters, image.height, i + u - reach) - region.y;
            if (y < 0 || y >= region.height) continue;
            std::ranges::fill(line, 0.0F);
            for (int v = 0; v < filters.side; ++v) {
                const std::size_t tap = tap_of(filters, u, v);
                weights.add_product(tap, g, channels, line.data() + value_count(v, channels));
            }
            const float* from = line.data();
            for (const int x : columns) {
                float* const to = out.ptr<float>(y) + std::ptrdiff_t{std::max(x, 0)} * channels;
                for (int c = 0; c < channels && x >= 0; ++c) to[c] += from[c];
                from += channels;
            }
        }
    }
    return out;
}

/// From the first to the last of the columns that a tap of the row has weights for.
Interval columns_of(const Filters& filters, const FilterWeights& weights, std::size_t tap, int shift,
                    int width) {
    Interval touched;
    for (int j = 0; j < width; ++j) {
        if (weights.at(tap, j) == 0) continue;
        const int x = filtered_pixel(filters, width, j + shift);
        if (x < 0) continue;
        touched = touched.empty() ? Interval{x, x + 1}
                                  : Interval{std::min(touched.begin, x), std::max(touched.end, x + 1)};
    }
    return touched;
}

/// The smallest rectangle around the pixels that the row's weights are of, and `known`.
Rectangle with_row(const Filters& filters, const FilterWeights& weights, Size image, int i, Rectangle known) {
    const int reach = filters.side / 2;
    for (int u = 0; u < filters.side; ++u) {
        const int y = filtered_pixel(filters, image.height, i + u - reach);
        if (y < 0 || known.contains({0, y, image.width, 1})) continue;
        for (int v = 0; v < filters.side; ++v) {
            const Interval columns =
                columns_of(filters, weights, tap_of(filters, u, v), v - reach, image.width);
            known = smallest_containing(known, rectangle(columns, {y, y + 1}));
        }
    }
    return known;
}

}  // namespace

FilterWeights::FilterWeights(const Filters& filters, int width)
    : taps_(static_cast<std::size_t>(filters.side) * static_cast<std::size_t>(filters.side)),
      width_(static_cast<std::size_t>(width)),
      kernel_(std::get_if<std::vector<float>>(&filters.weights)) {
    if (kernel_) return;
    rows_ = std::get<std::shared_ptr<const FilterRows>>(filters.weights).get();
    row_.resize(taps_ * width_);
}

void FilterWeights::go_to_row(int i) {
    if (rows_) rows_->read(i, row_);
}

void FilterWeights::add_product(std::size_t tap, const float* from, int channels, float* to) const {
    if (kernel_) {
        const float weight = (*kernel_)[tap];  // 0, too, makes NaN of NaN, as those of each pixel do
        const std::size_t count = width_ * static_cast<std::size_t>(channels);
        for (std::size_t n = 0; n < count; ++n) to[n] += weight * from[n];
        return;
    }
    const float* const weights = row_.data() + tap * width_;
    const int width = static_cast<int>(width_);
    switch (channels) {
        case 1:
            return add_product_of<1>(weights, from, width, to);
        case 2:
            return add_product_of<2>(weights, from, width, to);
        case 3:
            return add_product_of<3>(weights, from, width, to);
        case 4:
            return add_product_of<4>(weights, from, width, to);
        default:
            break;
    }
    for (int j = 0; j < width; ++j) {
        for (int c = 0; c < channels; ++c) *to++ += weights[j] * *from++;
    }
}

namespace {

/// Of rows begin … end - 1.
FilterExtent extent_of_rows(const Filters& filters, Size image, int begin, int end) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    FilterExtent extent{{}, infinity, -infinity, false};
    FilterWeights weights(filters, image.width);
    const bool is_one = std::holds_alternative<std::vector<float>>(filters.weights);
    std::vector<double> sums;
    for (int i = begin; i < end; ++i) {
        weights.go_to_row(i);
        extent.region = with_row(filters, weights, image, i, extent.region);
        if (is_one && i > begin) continue;
        sums.assign(is_one ? 1 : static_cast<std::size_t>(image.width), 0.0);
        for (std::size_t tap = 0; tap < weights.taps(); ++tap) {
            for (std::size_t j = 0; j < sums.size(); ++j) {
                const float weight = weights.at(tap, static_cast<int>(j));
                sums[j] += weight;
                extent.is_signed = extent.is_signed || weight < 0;
            }
        }
        const auto [least, greatest] = std::ranges::minmax(sums);
        extent.least_sum = std::min(extent.least_sum, least);
        extent.greatest_sum = std::max(extent.greatest_sum, greatest);
    }
    return extent;
}

}  // namespace

FilterExtent extent_of(const Filters& filters, Size image) {
    std::vector<FilterExtent> strips(static_cast<std::size_t>(ceil_div(image.height, rows_of_strip)));
    for_each_in_parallel(strips.size(), [&](std::size_t strip) {
        const int begin = static_cast<int>(strip) * rows_of_strip;
        strips[strip] = extent_of_rows(filters, image, begin, std::min(begin + rows_of_strip, image.height));
    });
    FilterExtent all = strips.front();
    for (const FilterExtent& one : strips) {
        all.region = smallest_containing(all.region, one.region);
        all.least_sum = std::min(all.least_sum, one.least_sum);
        all.greatest_sum = std::max(all.greatest_sum, one.greatest_sum);
        all.is_signed = all.is_signed || one.is_signed;
    }
    return all;
}

std::int64_t filter_memory(int side, bool of_each_pixel, int width, int channels) {
    const std::int64_t lines = std::int64_t{rows_of_strip} + side + 3;
    const std::int64_t of_lines =
        lines * (std::int64_t{width} + side) * channels * std::int64_t{sizeof(float)};
    // As they were read, and in order.
    const std::int64_t weight = of_each_pixel ? sizeof(double) + sizeof(float) : 0;
    return cores_of_run() * (of_lines + bounded_product(weight * side * side, width));
}

Rectangle support(const Filters& filters, const LinearMap& /*map*/) {
    return filters.region;
}

cv::Mat attention(const Filters& filters, const LinearMap& map, const Rectangle& /*support*/) {
    const std::vector<float> ones(static_cast<std::size_t>(map.glimpse.width), 1.0F);
    return scattered(filters, map.image, 1, [&](int) { return ones.data(); });
}

ImageRegion block_attention(const Filters& filters, const LinearMap& map, int n) {
    if (filters.region.empty()) return {};
    return means_over_blocks({filters.region, attention(filters, map, filters.region)}, map.image, n);
}

cv::Mat row_sums(const Filters& filters, const LinearMap& map) {
    cv::Mat sums(map.glimpse.height, map.glimpse.width, CV_32F);
    const auto ones = [&](int /*y*/, float* to) { std::fill_n(to, map.image.width, 1.0F); };
    gather(filters, map.image, 1, ones, 0,
           [&](int i, const float* row) { std::copy_n(row, sums.cols, sums.ptr<float>(i)); });
    return sums;
}

cv::Mat weights_outside(const Filters& filters, const LinearMap& map) {
    cv::Mat sums = cv::Mat::zeros(map.glimpse.height, map.glimpse.width, CV_32F);
    if (filters.padding != Padding::zeros) return sums;
    const auto zeros = [&](int /*y*/, float* to) { std::fill_n(to, map.image.width, 0.0F); };
    gather(filters, map.image, 1, zeros, 1,
           [&](int i, const float* row) { std::copy_n(row, sums.cols, sums.ptr<float>(i)); });
    return sums;
}

double inside(const Filters& /*filters*/, const Lowered& /*lowered*/) {
    return 1;
}

bool mixes_pixels(const Filters& /*filters*/) {
    return true;
}

MapKind shrunk(const Filters& /*filters*/, int /*n*/) {
    throw std::logic_error("a filtered image is as large as the image, and of a shrunk one smaller");
}

std::vector<Point> outline(const Filters& /*filters*/, const Lowered& lowered) {
    return outline_by_matrix(lowered);
}

double pitch(const Filters& /*filters*/, const Lowered& /*lowered*/) {
    return 1;
}

std::int64_t multiply_adds(const Filters& filters, const LinearMap& map) {
    return std::int64_t{filters.side} * filters.side * map.glimpse.area();
}

cv::Mat read(const Filters& filters, const LinearMap& map, const ImageRegion& image, int depth) {
    const int channels = image.pixels.channels();
    cv::Mat out(map.glimpse.height, map.glimpse.width, CV_MAKETYPE(depth, channels));
    const Rectangle region = intersection(image.region, filters.region);
    if (region.empty()) return out.setTo(0), out;
    const cv::Mat seen = part(image, region);
    const std::size_t count = value_count(map.image.width, channels);
    const auto line = [&](int y, float* to) {
        std::fill_n(to, count, 0.0F);
        if (y < region.y || y >= region.bottom()) return;
        with_element_type(seen.depth(), [&]<typename T>(T) {
            std::transform(
                seen.ptr<T>(y - region.y), seen.ptr<T>(y - region.y) + value_count(region.width, channels),
                to + value_count(region.x, channels), [](T value) { return static_cast<float>(value); });
        });
    };
    gather(filters, map.image, channels, line, 0,
           [&](int i, const float* row) { kernels().round(row, count, out.ptr(i), element_of(depth)); });
    return out;
}

ImageRegion write(const Filters& filters, const LinearMap& map, const cv::Mat& glimpse) {
    if (filters.region.empty()) return {};
    return {filters.region,
            scattered(filters, map.image, glimpse.channels(), [&](int i) { return glimpse.ptr<float>(i); })};
}

}  // namespace glimpse
