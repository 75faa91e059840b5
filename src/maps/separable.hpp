#pragma once

#include <cstdint>
#include <vector>

#include "glimpse/lowered.hpp"

// `Separable`: two banded matrices. What applies them stands in maps/banded_product.hpp.

namespace glimpse {

// What belongs to every kind: see maps/kinds.hpp.
Rectangle support(const Separable& separable, const LinearMap& map);
cv::Mat attention(const Separable& separable, const LinearMap& map, const Rectangle& support);
ImageRegion block_attention(const Separable& separable, const LinearMap& map, int n);
cv::Mat row_sums(const Separable& separable, const LinearMap& map);
double inside(const Separable& separable, const Lowered& lowered);
bool mixes_pixels(const Separable& separable);
MapKind shrunk(const Separable& separable, int n);
constexpr bool has_border(const Separable& /*separable*/) {
    return true;
}
constexpr bool is_signed(const Separable& /*separable*/) {
    return false;
}
std::vector<Point> outline(const Separable& separable, const Lowered& lowered);
double pitch(const Separable& separable, const Lowered& lowered);
std::int64_t multiply_adds(const Separable& separable, const LinearMap& map);
cv::Mat read(const Separable& separable, const LinearMap& map, const ImageRegion& image, int depth);
ImageRegion write(const Separable& separable, const LinearMap& map, const cv::Mat& glimpse);

/// The cost, for one channel, of I Kᵀ on `lines` lines and then of R on the result.
std::int64_t multiply_adds_columns_first(const Separable& separable, std::int64_t lines);

}  // namespace glimpse
