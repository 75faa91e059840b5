#include "maps/weighted_sum.hpp"

#include <cstdint>
#include <opencv2/core.hpp>
#include <stdexcept>

#include "maps/image_region.hpp"
#include "maps/weights.hpp"
#include "pixels/element_type.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

Rectangle support(const WeightedSum& sum, const LinearMap& map) {
    return support(sum.weights, map);
}

cv::Mat attention(const WeightedSum& sum, const LinearMap& map, const Rectangle& support) {
    return attention(sum.weights, map, support);
}

ImageRegion block_attention(const WeightedSum& sum, const LinearMap& map, int n) {
    return block_attention(sum.weights, map, n);
}

cv::Mat row_sums(const WeightedSum& sum, const LinearMap& /*map*/) {
    const double all = sum.weights.region.empty() ? 0 : cv::sum(sum.weights.a)[0];
    return {1, 1, CV_32F, cv::Scalar(all)};
}

double inside(const WeightedSum& /*sum*/, const Lowered& /*lowered*/) {
    return 1;
}

bool mixes_pixels(const WeightedSum& /*sum*/) {
    return true;
}

MapKind shrunk(const WeightedSum& /*sum*/, int /*n*/) {
    throw std::logic_error("a weighted sum takes every pixel of the image as it is");
}

std::vector<Point> outline(const WeightedSum& sum, const Lowered& lowered) {
    return outline(sum.weights, lowered);
}

double pitch(const WeightedSum& /*sum*/, const Lowered& /*lowered*/) {
    return 1;
}

std::int64_t multiply_adds(const WeightedSum& sum, const LinearMap& map) {
    return multiply_adds(sum.weights, map);
}

cv::Mat read(const WeightedSum& sum, const LinearMap& /*map*/, const ImageRegion& image, int depth) {
    const auto channels = static_cast<std::size_t>(image.pixels.channels());
    std::vector<double> sums(channels);
    const Rectangle& region = sum.weights.region;
    const cv::Mat seen = region.empty() ? cv::Mat() : part(image, region);
    if (!region.empty()) {
        with_element_type(seen.depth(), [&]<typename T>(T) {
            for (int y = 0; y < seen.rows; ++y) {
                const T* in = seen.ptr<T>(y);
                const float* a = sum.weights.a.ptr<float>(y);
                for (int x = 0; x < seen.cols; ++x) {
                    for (double& of_channel : sums) of_channel += double{a[x]} * static_cast<double>(*in++);
                }
            }
        });
    }
    cv::Mat out(1, 1, CV_32FC(image.pixels.channels()));
    for (std::size_t c = 0; c < channels; ++c) out.ptr<float>()[c] = static_cast<float>(sums[c]);
    return rounded_to(out, depth);
}

ImageRegion write(const WeightedSum& sum, const LinearMap& /*map*/, const cv::Mat& glimpse) {
    const Rectangle& region = sum.weights.region;
    if (region.empty()) return {};
    const int channels = glimpse.channels();
    cv::Mat out(region.height, region.width, CV_32FC(channels));
    const auto* g = glimpse.ptr<float>();
    for (int y = 0; y < region.height; ++y) {
        const float* a = sum.weights.a.ptr<float>(y);
        float* to = out.ptr<float>(y);
        for (int x = 0; x < region.width; ++x) {
            for (int c = 0; c < channels; ++c) *to++ = a[x] * g[c];
        }
    }
    return {region, out};
}

}  // namespace glimpse
