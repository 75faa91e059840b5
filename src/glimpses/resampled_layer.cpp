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

/// Columns that a glimpse which goes round has more on either side, each the one that is next there: in
/// between it is sampled as anywhere else.
int columns_around(const Lowered& lowered) {
    return lowered.inverse && lowered.inverse->goes_round() ? 1 : 0;
}

/// From the pixels of a region of the canvas to those of the glimpse with the columns around it, centre
/// coordinates; NaN where the glimpse sees none.
SamplingPoints points_in_glimpse(const Lowered& lowered, const Rectangle& region) {
    if (lowered.matrix) {
        if (lowered.matrix->determinant() == 0) throw Error(no_way_back);
        Affine back = inverse(*lowered.matrix);
        for (auto& row : back.m) row[2] += row[0] * region.x + row[1] * region.y;
        return back;
    }
    std::vector<Point> points = lowered.inverse
                                    ? lowered.inverse->points(region)
                                    : listed_inverse(*listed_area(lowered.map), lowered.map.glimpse, region);
    const int around = columns_around(lowered);
    for (Point& point : points) point.x += around;
    return {std::move(points), region.width};
}

/// The glimpse with the columns around it.
cv::Mat with_columns_around(const Lowered& lowered, const cv::Mat& glimpse) {
    const int around = columns_around(lowered);
    if (around == 0) return glimpse;
    cv::Mat wider;
    cv::copyMakeBorder(glimpse, wider, 0, 0, around, around, cv::BORDER_WRAP);
    return wider;
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

std::int64_t inverse_memory(const Lowered& lowered, std::int64_t pixels, int channels) {
    if (lowered.matrix) return 0;
    const std::int64_t of_pixel = sizeof(Point) + (lowered.inverse ? 0 : listed_inverse_memory);
    const std::int64_t points = bounded_product(pixels, of_pixel);
    const int around = columns_around(lowered);
    if (around == 0) return points;
    const Size wider{lowered.map.glimpse.width + 2 * around, lowered.map.glimpse.height};
    return points + bounded_product(wider.area(), channels * std::int64_t{sizeof(float)});
}

ImageRegion resampled_layer(const Backend& backend, const Lowered& lowered, const cv::Mat& glimpse) {
    const Rectangle region = resampled_region(lowered);
    if (region.empty()) return {};

    const cv::Mat source = with_columns_around(lowered, glimpse);
    const Size size{source.cols, source.rows};
    const Samples samples{.points = points_in_glimpse(lowered, region), .padding = Padding::border};
    const LinearMap onto_canvas{
        .image = size, .glimpse = region.size(), .kind = sampled(samples, size, region.size())};
    cv::Mat layer = read_one(backend, onto_canvas, {whole(size), source}, CV_32F);

    const bool goes_round = columns_around(lowered) > 0;
    const int channels = layer.channels();
    for (int y = 0; y < layer.rows; ++y) {
        auto* pixel = layer.ptr<float>(y);
        for (int x = 0; x < layer.cols; ++x, pixel += channels) {
            const Point p = samples.points.at(x, y);
            const double column = edge_from_centre(p.x);
            const double row = edge_from_centre(p.y);
            const bool is_beside = !goes_round && (column < 0 || column >= size.width);
            if (is_beside || row < 0 || row >= size.height) std::fill_n(pixel, channels, 0.0F);
        }
    }
    return {region, layer};
}

}  // namespace glimpse
