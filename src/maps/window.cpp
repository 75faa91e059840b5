#include "maps/window.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <vector>

#include "maps/banded_product.hpp"
#include "maps/image_region.hpp"
#include "maps/placement.hpp"
#include "pixels/rounding.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

/// The window's pixels, inside the image or not.
Rectangle shown(const Window& window, const LinearMap& map) {
    return {window.x0, window.y0, map.glimpse.width, map.glimpse.height};
}

}  // namespace

Rectangle support(const Window& window, const LinearMap& map) {
    return intersection(shown(window, map), whole(map.image));
}

cv::Mat attention(const Window& /*window*/, const LinearMap& /*map*/, const Rectangle& support) {
    return {support.height, support.width, CV_32F, cv::Scalar(1)};
}

ImageRegion block_attention(const Window& window, const LinearMap& map, int n) {
    const Rectangle seen = support(window, map);
    if (seen.empty()) return {};
    const Interval columns{seen.x / n, ceil_div(seen.right(), n)};
    const Interval rows{seen.y / n, ceil_div(seen.bottom(), n)};
    // The share of each block of an axis that is seen.
    const auto shares = [&](Interval blocks, int begin, int end) {
        std::vector<double> all;
        for (int k = blocks.begin; k < blocks.end; ++k) {
            all.push_back(double(std::min(end, (k + 1) * n) - std::max(begin, k * n)) / n);
        }
        return all;
    };
    return {rectangle(columns, rows),
            outer_product(shares(rows, seen.y, seen.bottom()), shares(columns, seen.x, seen.right()))};
}

cv::Mat row_sums(const Window& window, const LinearMap& map) {
    const ImageRegion sums{shown(window, map), cv::Mat::zeros(map.glimpse.height, map.glimpse.width, CV_32F)};
    const Rectangle seen = support(window, map);
    if (!seen.empty()) part(sums, seen).setTo(1);
    return sums.pixels;
}

double inside(const Window& window, const Lowered& lowered) {
    const LinearMap& map = lowered.map;
    return static_cast<double>(support(window, map).area()) / static_cast<double>(map.glimpse.area());
}

bool mixes_pixels(const Window& /*window*/) {
    return false;
}

MapKind shrunk(const Window& /*window*/, int /*n*/) {
    throw std::logic_error("a window shows pixels as they are, and of a shrunk image others");
}

std::vector<Point> outline(const Window& /*window*/, const Lowered& lowered) {
    return outline_by_matrix(lowered);
}

double pitch(const Window& /*window*/, const Lowered& /*lowered*/) {
    return 1;
}

std::int64_t multiply_adds(const Window& /*window*/, const LinearMap& /*map*/) {
    return 0;
}

cv::Mat read(const Window& window, const LinearMap& map, const ImageRegion& image, int depth) {
    const ImageRegion out{shown(window, map),
                          cv::Mat::zeros(map.glimpse.height, map.glimpse.width, image.pixels.type())};
    const Rectangle seen = support(window, map);
    if (!seen.empty()) part(image, seen).copyTo(part(out, seen));
    return rounded_to(out.pixels, depth);
}

ImageRegion write(const Window& window, const LinearMap& map, const cv::Mat& glimpse) {
    const Rectangle seen = support(window, map);
    if (seen.empty()) return {};
    return {seen, part({shown(window, map), glimpse}, seen).clone()};
}

}  // namespace glimpse
