#include "glimpses/resampled_layer.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "maps/image_region.hpp"
#include "maps/listed_inverse.hpp"
#include "maps/placement.hpp"
#include "maps/sampled.hpp"

namespace glimpse {

namespace {

/// From the pixels of a region of the canvas to the glimpse's, centre coordinates; NaN where the glimpse sees
/// none.
SamplingPoints points_in_glimpse(const Lowered& lowered, const Rectangle& region) {
    if (lowered.matrix) {
        if (lowered.matrix->determinant() == 0) throw Error(no_way_back);
        Affine back = inverse(*lowered.matrix);
        for (auto& row : back.m) row[2] += row[0] * region.x + row[1] * region.y;
        return back;
    }
    return {lowered.inverse ? lowered.inverse->points(region)
                            : listed_inverse(*listed_area(lowered.map), lowered.map.glimpse, region),
            region.width};
}

/// Of the outline, and of the points, which need not lie within it.
Extent extent_of(const Lowered& lowered) {
    Extent all = extent(outline(lowered));
    if (lowered.matrix || lowered.inverse) return all;
    const auto points = listed_area(lowered.map)->bounds(lowered.map.glimpse);
    all.left = std::min(all.left, edge_from_centre(points.left));
    all.top = std::min(all.top, edge_from_centre(points.top));
    all.right = std::max(all.right, edge_from_centre(points.right));
    all.bottom = std::max(all.bottom, edge_from_centre(points.bottom));
    return all;
}

}  // namespace

bool is_resampled(const Lowered& lowered) {
    if (!lowered.matrix) return lowered.inverse || listed_area(lowered.map);
    const auto& m = lowered.matrix->m;
    const bool unit_pitch =
        lowered.matrix->axis_aligned() && std::abs(m[0][0]) == 1 && std::abs(m[1][1]) == 1;
    return mixes_pixels(lowered.map) || !unit_pitch;
}

Rectangle resampled_region(const Lowered& lowered) {
    const auto [left, top, right, bottom] = extent_of(lowered);
    if (!std::isfinite(right - left) || !std::isfinite(bottom - top))
        throw Error("the glimpse's border lies beyond the largest number: the glimpse cannot be pasted");
    return intersection(rounded({std::floor(left), std::floor(top), std::ceil(right) - std::floor(left),
                                 std::ceil(bottom) - std::floor(top)}),
                        whole(lowered.map.image));
}

std::int64_t inverse_memory(const Lowered& lowered, std::int64_t pixels) {
    return lowered.matrix ? 0 : bounded_product(pixels, sizeof(Point));
}

ImageRegion resampled_layer(const Backend& backend, const Lowered& lowered, const cv::Mat& glimpse) {
    const LinearMap& map = lowered.map;
    const Rectangle region = resampled_region(lowered);
    if (region.empty()) return {};

    const Samples samples{.points = points_in_glimpse(lowered, region), .padding = Padding::border};
    const LinearMap onto_canvas{
        .image = map.glimpse, .glimpse = region.size(), .kind = sampled(samples, map.glimpse, region.size())};
    cv::Mat layer = read_one(backend, onto_canvas, {whole(map.glimpse), glimpse}, CV_32F);

    const int channels = layer.channels();
    for (int y = 0; y < layer.rows; ++y) {
        auto* pixel = layer.ptr<float>(y);
        for (int x = 0; x < layer.cols; ++x, pixel += channels) {
            const Point p = samples.points.at(x, y);
            const double column = edge_from_centre(p.x);
            const double row = edge_from_centre(p.y);
            if (column < 0 || row < 0 || column >= map.glimpse.width || row >= map.glimpse.height) {
                std::fill_n(pixel, channels, 0.0F);
            }
        }
    }
    return {region, layer};
}

}  // namespace glimpse
