#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"
#include "maps/axis_taps.hpp"
#include "maps/merged_weights.hpp"

// `Filters`: a kernel for all pixels of the image, or one for each. Every backend applies them on the host,
// where their weights are.

namespace glimpse {

// What belongs to every kind: see maps/kinds.hpp.
Rectangle support(const Filters& filters, const LinearMap& map);
cv::Mat attention(const Filters& filters, const LinearMap& map, const Rectangle& support);
ImageRegion block_attention(const Filters& filters, const LinearMap& map, int n);
cv::Mat row_sums(const Filters& filters, const LinearMap& map);
double inside(const Filters& filters, const Lowered& lowered);
bool mixes_pixels(const Filters& filters);
MapKind shrunk(const Filters& filters, int n);
constexpr bool has_border(const Filters& /*filters*/) {
    return false;
}
constexpr bool is_signed(const Filters& filters) {
    return filters.is_signed;
}
std::vector<Point> outline(const Filters& filters, const Lowered& lowered);
double pitch(const Filters& filters, const Lowered& lowered);
std::int64_t multiply_adds(const Filters& filters, const LinearMap& map);
GLIMPSE_EXPORT cv::Mat read(const Filters& filters, const LinearMap& map, const ImageRegion& image,
                            int depth);
GLIMPSE_EXPORT ImageRegion write(const Filters& filters, const LinearMap& map, const cv::Mat& glimpse);

/// The sum of the weights of each pixel that lie outside the image; h×w, CV_32F.
cv::Mat weights_outside(const Filters& filters, const LinearMap& map);

/// What is known of filters once all their weights were looked at.
struct FilterExtent {
    Rectangle region;         ///< the smallest one outside which all weights are 0
    double least_sum = 0;     ///< of the weights of one pixel
    double greatest_sum = 0;  ///< likewise
    bool is_signed = false;
};

/// Of filters whose own region and sign need not be set. Throws as `FilterRows::read`.
FilterExtent extent_of(const Filters& filters, Size image);

/// The bytes that `read` holds at once, beside image and glimpse.
std::int64_t filter_memory(int side, bool of_each_pixel, int width, int channels);

/// The weights of one row of pixels after the other.
class FilterWeights {
  public:
    FilterWeights(const Filters& filters, int width);

    [[nodiscard]] std::size_t taps() const { return taps_; }
    void go_to_row(int i);
    /// Those of the row, as `FilterRowTask` has them.
    [[nodiscard]] const float* data() const { return kernel_ ? kernel_->data() : row_.data(); }
    [[nodiscard]] bool are_of_each() const { return !kernel_; }
    [[nodiscard]] float at(std::size_t tap, int j) const {
        return kernel_ ? (*kernel_)[tap] : row_[tap * width_ + static_cast<std::size_t>(j)];
    }
    /// Adds the weights of one tap times the values of `from` to those of `to`, which are w·C each.
    void add_product(std::size_t tap, const float* from, int channels, float* to) const;

  private:
    std::size_t taps_;
    std::size_t width_;
    const std::vector<float>* kernel_;  ///< null: a row of them is read
    const FilterRows* rows_ = nullptr;
    std::vector<float> row_{};
};

/// The number of tap (u, v), 0 ≤ u, v < s.
inline std::size_t tap_of(const Filters& filters, int u, int v) {
    return static_cast<std::size_t>(u) * static_cast<std::size_t>(filters.side) + static_cast<std::size_t>(v);
}

/// The pixel of an axis that stands for position k, inside the image or not; -1 where that is none.
inline int filtered_pixel(const Filters& filters, int size, int k) {
    const double pixel = taps::padded({size, Interpolation::nearest, filters.padding, filters.mirror}, k);
    return pixel >= 0 && pixel < size ? static_cast<int>(pixel) : -1;
}

/// Calls entry(pixel, weight) for the weights of each glimpse pixel that are not 0, in ascending order of the
/// image's pixels, and end_row() after each glimpse pixel. With padding several taps may be of one pixel:
/// they add up.
template <typename Entry, typename EndRow>
void for_each_filter_entry(const Filters& filters, Size image, Entry&& entry, EndRow&& end_row) {
    FilterWeights weights(filters, image.width);
    const int reach = filters.side / 2;
    PixelWeights taps;
    const auto add_row = [&](int i, int j, int u) {
        const int y = filtered_pixel(filters, image.height, i + u - reach);
        for (int v = 0; v < filters.side && y >= 0; ++v) {
            const int x = filtered_pixel(filters, image.width, j + v - reach);
            const std::size_t tap = tap_of(filters, u, v);
            if (x >= 0) taps.emplace_back(std::int64_t{y} * image.width + x, weights.at(tap, j));
        }
    };
    for (int i = 0; i < image.height; ++i) {
        weights.go_to_row(i);
        for (int j = 0; j < image.width; ++j, end_row()) {
            taps.clear();
            for (int u = 0; u < filters.side; ++u) add_row(i, j, u);
            for_each_merged(taps, entry);
        }
    }
}

}  // namespace glimpse
