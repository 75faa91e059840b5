#pragma once

#include <cstdint>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"

// `WeightedSum`: a map of one row. Every backend sums on the host.

namespace glimpse {

// What belongs to every kind: see maps/kinds.hpp.
Rectangle support(const WeightedSum& sum, const LinearMap& map);
cv::Mat attention(const WeightedSum& sum, const LinearMap& map, const Rectangle& support);
ImageRegion block_attention(const WeightedSum& sum, const LinearMap& map, int n);
cv::Mat row_sums(const WeightedSum& sum, const LinearMap& map);
double inside(const WeightedSum& sum, const Lowered& lowered);
bool mixes_pixels(const WeightedSum& sum);
MapKind shrunk(const WeightedSum& sum, int n);
constexpr bool has_border(const WeightedSum& /*sum*/) {
    return false;
}
constexpr bool is_signed(const WeightedSum& sum) {
    return sum.weights.is_signed;
}
std::vector<Point> outline(const WeightedSum& sum, const Lowered& lowered);
double pitch(const WeightedSum& sum, const Lowered& lowered);
std::int64_t multiply_adds(const WeightedSum& sum, const LinearMap& map);
GLIMPSE_EXPORT cv::Mat read(const WeightedSum& sum, const LinearMap& map, const ImageRegion& image,
                            int depth);
GLIMPSE_EXPORT ImageRegion write(const WeightedSum& sum, const LinearMap& map, const cv::Mat& glimpse);

}  // namespace glimpse
