#pragma once

#include <cstdint>
#include <vector>

#include "glimpse/lowered.hpp"

// `Weights`: a diagonal map, which is its own adjoint.

namespace glimpse {

// What belongs to every kind: see maps/kinds.hpp.
Rectangle support(const Weights& weights, const LinearMap& map);
cv::Mat attention(const Weights& weights, const LinearMap& map, const Rectangle& support);
ImageRegion block_attention(const Weights& weights, const LinearMap& map, int n);
cv::Mat row_sums(const Weights& weights, const LinearMap& map);
double inside(const Weights& weights, const Lowered& lowered);
bool mixes_pixels(const Weights& weights);
MapKind shrunk(const Weights& weights, int n);
constexpr bool has_border(const Weights& /*weights*/) {
    return false;
}
constexpr bool is_signed(const Weights& weights) {
    return weights.is_signed;
}
std::vector<Point> outline(const Weights& weights, const Lowered& lowered);
double pitch(const Weights& weights, const Lowered& lowered);
std::int64_t multiply_adds(const Weights& weights, const LinearMap& map);
cv::Mat read(const Weights& weights, const LinearMap& map, const ImageRegion& image, int depth);
ImageRegion write(const Weights& weights, const LinearMap& map, const cv::Mat& glimpse);

}  // namespace glimpse
