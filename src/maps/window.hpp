#pragma once

#include <cstdint>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"

// `Window` copies pixels and computes nothing: every backend does it on the host.

namespace glimpse {

// What belongs to every kind: see maps/kinds.hpp.
Rectangle support(const Window& window, const LinearMap& map);
cv::Mat attention(const Window& window, const LinearMap& map, const Rectangle& support);
ImageRegion block_attention(const Window& window, const LinearMap& map, int n);
cv::Mat row_sums(const Window& window, const LinearMap& map);
double inside(const Window& window, const Lowered& lowered);
bool mixes_pixels(const Window& window);
MapKind shrunk(const Window& window, int n);
constexpr bool has_border(const Window& /*window*/) {
    return true;
}
constexpr bool is_signed(const Window& /*window*/) {
    return false;
}
std::vector<Point> outline(const Window& window, const Lowered& lowered);
double pitch(const Window& window, const Lowered& lowered);
std::int64_t multiply_adds(const Window& window, const LinearMap& map);
GLIMPSE_EXPORT cv::Mat read(const Window& window, const LinearMap& map, const ImageRegion& image, int depth);
GLIMPSE_EXPORT ImageRegion write(const Window& window, const LinearMap& map, const cv::Mat& glimpse);

}  // namespace glimpse
