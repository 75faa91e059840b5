#include "maps/weights.hpp"

#include <cstdint>
#include <opencv2/core.hpp>
#include <stdexcept>

#include "maps/image_region.hpp"
#include "maps/placement.hpp"
#include "pixels/element_type.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

namespace {

/// The smallest rectangle around the weights of at least half the greatest; the region where none is > 0.
Rectangle half_height(const Weights& weights) {
    double greatest = 0;
    if (!weights.region.empty()) cv::minMaxLoc(weights.a, nullptr, &greatest);
    if (!(greatest > 0)) return weights.region;
    const cv::Mat high = weights.a >= greatest / 2;
    const auto extent = [&](int dimension) {
        cv::Mat any;
        cv::reduce(high, any, dimension, cv::REDUCE_MAX);
        std::vector<cv::Point> places;
        cv::findNonZero(any.reshape(1, 1), places);
        return Interval{places.front().x, places.back().x + 1};
    };
    const Interval columns = extent(0);
    const Interval rows = extent(1);
    return {weights.region.x + columns.begin, weights.region.y + rows.begin, columns.length(), rows.length()};
}

cv::Mat weighed(const LinearMap& map, const Weights& weights, const ImageRegion& image) {
    const int channels = image.pixels.channels();
    cv::Mat out = cv::Mat::zeros(map.glimpse.height, map.glimpse.width, CV_32FC(channels));
    if (weights.region.empty()) return out;
    const cv::Mat seen = part(image, weights.region);
    with_element_type(seen.depth(), [&]<typename T>(T) {
        for (int y = 0; y < seen.rows; ++y) {
            const T* in = seen.ptr<T>(y);
            const float* a = weights.a.ptr<float>(y);
            float* to = out.ptr<float>(y + weights.region.y) + std::ptrdiff_t{weights.region.x} * channels;
            for (int x = 0; x < seen.cols; ++x) {
                for (int c = 0; c < channels; ++c) *to++ = a[x] * static_cast<float>(*in++);
            }
        }
    });
    return out;
}

}  // namespace

Rectangle support(const Weights& weights, const LinearMap& /*map*/) {
    return weights.region;
}

cv::Mat attention(const Weights& weights, const LinearMap& /*map*/, const Rectangle& /*support*/) {
    return weights.a.clone();
}

ImageRegion block_attention(const Weights& weights, const LinearMap& map, int n) {
    return means_over_blocks({weights.region, weights.a}, map.image, n);
}

cv::Mat row_sums(const Weights& weights, const LinearMap& map) {
    cv::Mat sums = cv::Mat::zeros(map.glimpse.height, map.glimpse.width, CV_32F);
    if (!weights.region.empty()) weights.a.copyTo(sums(rect(weights.region)));
    return sums;
}

double inside(const Weights& /*weights*/, const Lowered& /*lowered*/) {
    return 1;
}

bool mixes_pixels(const Weights& /*weights*/) {
    return false;
}

MapKind shrunk(const Weights& /*weights*/, int /*n*/) {
    throw std::logic_error("a weighed image is as large as the image, and of a shrunk one smaller");
}

std::vector<Point> outline(const Weights& weights, const Lowered& /*lowered*/) {
    return corners(half_height(weights));
}

double pitch(const Weights& /*weights*/, const Lowered& /*lowered*/) {
    return 1;
}

std::int64_t multiply_adds(const Weights& weights, const LinearMap& /*map*/) {
    return weights.region.area();
}

cv::Mat read(const Weights& weights, const LinearMap& map, const ImageRegion& image, int depth) {
    return rounded_to(weighed(map, weights, image), depth);
}

ImageRegion write(const Weights& weights, const LinearMap& map, const cv::Mat& glimpse) {
    if (weights.region.empty()) return {};
    // A diagonal map is its own adjoint.
    return {weights.region, weighed(map, weights, {whole(map.image), glimpse})(rect(weights.region))};
}

}  // namespace glimpse
