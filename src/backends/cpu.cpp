#include "backends/cpu.hpp"

#include <opencv2/core.hpp>

#include "maps/kinds.hpp"
#include "pixels/rounding.hpp"
#include "system/parallel.hpp"

namespace glimpse {

std::vector<cv::Mat> CpuBackend::read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                      int depth) const {
    std::vector<cv::Mat> glimpses(maps.size());
    for_each_in_parallel(maps.size(), [&](std::size_t n) {
        const LinearMap& map = *maps[n];
        glimpses[n] =
            std::visit([&](const auto& kind) { return glimpse::read(kind, map, image, depth); }, map.kind);
    });
    return glimpses;
}

ImageRegion CpuBackend::write(const LinearMap& map, const cv::Mat& glimpse) const {
    const cv::Mat g = rounded_to(glimpse, CV_32F);
    return std::visit([&](const auto& kind) { return glimpse::write(kind, map, g); }, map.kind);
}

}  // namespace glimpse
