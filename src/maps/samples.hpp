#pragma once

#include <cstdint>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"
#include "maps/axis_taps.hpp"

// `Samples`: from the taps of one axis to those of whole glimpses.

namespace glimpse {

// What belongs to every kind: see maps/kinds.hpp.
Rectangle support(const Samples& samples, const LinearMap& map);
cv::Mat attention(const Samples& samples, const LinearMap& map, const Rectangle& support);
ImageRegion block_attention(const Samples& samples, const LinearMap& map, int n);
cv::Mat row_sums(const Samples& samples, const LinearMap& map);
double inside(const Samples& samples, const Lowered& lowered);
bool mixes_pixels(const Samples& samples);
MapKind shrunk(const Samples& samples, int n);
constexpr bool has_border(const Samples& /*samples*/) {
    return true;
}
constexpr bool is_signed(const Samples& /*samples*/) {
    return false;
}
std::vector<Point> outline(const Samples& samples, const Lowered& lowered);
double pitch(const Samples& samples, const Lowered& lowered);
std::int64_t multiply_adds(const Samples& samples, const LinearMap& map);
cv::Mat read(const Samples& samples, const LinearMap& map, const ImageRegion& image, int depth);
GLIMPSE_EXPORT ImageRegion write(const Samples& samples, const LinearMap& map, const cv::Mat& glimpse);

/// The j of row i, 0 ≤ j < width, whose sampling points lie within low … high: an interval, since both
/// coordinates are monotone in j, in floating point as well.
GLIMPSE_EXPORT Interval samples_within(const Affine& affine, int i, int width, Point low, Point high);

/// The axes of an image of that size as the samples take it.
inline ImageSampler image_sampler(const Samples& samples, Size image) {
    return {{image.width, samples.interpolation, samples.padding, samples.mirror},
            {image.height, samples.interpolation, samples.padding, samples.mirror}};
}

/// Calls visit(j, y, x, weight) for every tap of the pixels `part` of a row, at(j) being their points.
template <typename At, typename Visit>
void for_each_tap_in_row(const ImageSampler& sampler, Interval part, At&& at, Visit&& visit) {
    for (int j = part.begin; j < part.end; ++j)
        for_each_tap_at(sampler, at(j), [&](int y, int x, float weight) { visit(j, y, x, weight); });
}

/// Calls visit(i, j, y, x, weight) for every tap of every glimpse pixel: gathering it is A, scattering it is
/// Aᵀ.
template <typename Visit>
void for_each_tap(const Samples& samples, const LinearMap& map, Visit&& visit) {
    const ImageSampler sampler = image_sampler(samples, map.image);
    for (int i = 0; i < map.glimpse.height; ++i) {
        for_each_tap_in_row(
            sampler, {0, map.glimpse.width}, [&](int j) { return samples.points.at(j, i); },
            [&](int j, int y, int x, float weight) { visit(i, j, y, x, weight); });
    }
}

}  // namespace glimpse
