#include "glimpse/linear_map.hpp"

#include <opencv2/core.hpp>

#include "maps/kinds.hpp"
#include "maps/placement.hpp"

namespace glimpse {

Rectangle support(const LinearMap& map) {
    return std::visit([&](const auto& kind) { return support(kind, map); }, map.kind);
}

ImageRegion attention_map(const LinearMap& map) {
    const Rectangle region = support(map);
    if (region.empty()) return {region, cv::Mat()};
    return {region, std::visit([&](const auto& kind) { return attention(kind, map, region); }, map.kind)};
}

ImageRegion block_attention(const LinearMap& map, int n) {
    if (n == 1) return attention_map(map);
    return std::visit([&](const auto& kind) { return block_attention(kind, map, n); }, map.kind);
}

ImageRegion block_attention_by_shrinking(const LinearMap& map, const MapKind& small, int n) {
    ImageRegion attention = attention_map(LinearMap{shrunk(map.image, n), map.glimpse, small});
    if (!attention.region.empty()) attention.pixels *= 1.0 / n / n;
    return attention;
}

cv::Mat row_sums(const LinearMap& map) {
    return std::visit([&](const auto& kind) { return row_sums(kind, map); }, map.kind);
}

bool mixes_pixels(const LinearMap& map) {
    return std::visit([](const auto& kind) { return mixes_pixels(kind); }, map.kind);
}

std::int64_t multiply_adds(const LinearMap& map) {
    return std::visit([&](const auto& kind) { return multiply_adds(kind, map); }, map.kind);
}

}  // namespace glimpse
