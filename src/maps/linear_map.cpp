#include "glimpse/linear_map.hpp"

#include "maps/kinds.hpp"

namespace glimpse {

Rectangle support(const LinearMap& map) {
    return std::visit([&](const auto& kind) { return support(kind, map); }, map.kind);
}

ImageRegion attention_map(const LinearMap& map) {
    const Rectangle region = support(map);
    if (region.empty()) return {region, cv::Mat()};
    return {region, std::visit([&](const auto& kind) { return attention(kind, map, region); }, map.kind)};
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
