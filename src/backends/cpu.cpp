#include "backends/cpu.hpp"

#include <cstdint>
#include <opencv2/core.hpp>
#include <stdexcept>

#include "banded_product.hpp"
#include "overloaded.hpp"
#include "rounding.hpp"
#include "taps.hpp"

namespace glimpse {

namespace {

cv::Mat part(const ImageRegion& image, const Rectangle& r) {
    return image.pixels(cv::Rect(r.x - image.region.x, r.y - image.region.y, r.width, r.height));
}

/// Calls visit with an example of the element type of `depth`.
template <typename Visit>
void with_element_type(int depth, Visit&& visit) {
    switch (depth) {
        case CV_8U:
            return visit(std::uint8_t{});
        case CV_16U:
            return visit(std::uint16_t{});
        case CV_32F:
            return visit(float{});
        default:
            throw std::invalid_argument("pixels are 8-bit, 16-bit or float32");
    }
}

cv::Mat read_window(const LinearMap& map, const Window& window, const ImageRegion& image) {
    cv::Mat out = cv::Mat::zeros(map.glimpse.height, map.glimpse.width, image.pixels.type());
    const Rectangle seen = support(map);
    if (!seen.empty()) {
        part(image, seen)
            .copyTo(out(cv::Rect(seen.x - window.x0, seen.y - window.y0, seen.width, seen.height)));
    }
    return out;
}

cv::Mat read_weights(const LinearMap& map, const Weights& weights, const ImageRegion& image) {
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

cv::Mat read_samples(const LinearMap& map, const Samples& samples, const ImageRegion& image) {
    const int channels = image.pixels.channels();
    cv::Mat out = cv::Mat::zeros(map.glimpse.height, map.glimpse.width, CV_32FC(channels));
    if (image.region.empty()) return out;
    with_element_type(image.pixels.depth(), [&]<typename T>(T) {
        for_each_tap(samples, map.image, map.glimpse, [&](int i, int j, int y, int x, float weight) {
            const T* in =
                image.pixels.ptr<T>(y - image.region.y) + std::ptrdiff_t{x - image.region.x} * channels;
            float* to = out.ptr<float>(i) + std::ptrdiff_t{j} * channels;
            for (int c = 0; c < channels; ++c) to[c] += weight * static_cast<float>(in[c]);
        });
    });
    return out;
}

ImageRegion write_window(const LinearMap& map, const Window& window, const cv::Mat& glimpse) {
    const Rectangle seen = support(map);
    if (seen.empty()) return {};
    return {seen, glimpse(cv::Rect(seen.x - window.x0, seen.y - window.y0, seen.width, seen.height)).clone()};
}

ImageRegion write_samples(const LinearMap& map, const Samples& samples, const cv::Mat& glimpse) {
    const Rectangle region = support(map);
    if (region.empty()) return {};
    const int channels = glimpse.channels();
    cv::Mat out = cv::Mat::zeros(region.height, region.width, CV_32FC(channels));
    for_each_tap(samples, map.image, map.glimpse, [&](int i, int j, int y, int x, float weight) {
        const float* in = glimpse.ptr<float>(i) + std::ptrdiff_t{j} * channels;
        float* to = out.ptr<float>(y - region.y) + std::ptrdiff_t{x - region.x} * channels;
        for (int c = 0; c < channels; ++c) to[c] += weight * in[c];
    });
    return {region, out};
}

}  // namespace

std::vector<cv::Mat> CpuBackend::read(std::span<const LinearMap> maps, const ImageRegion& image,
                                      int depth) const {
    std::vector<cv::Mat> glimpses;
    glimpses.reserve(maps.size());
    for (const LinearMap& map : maps) {
        const cv::Mat glimpse = std::visit(
            overloaded{[&](const Window& window) { return read_window(map, window, image); },
                       [&](const Weights& weights) { return read_weights(map, weights, image); },
                       [&](const Separable& separable) { return banded_product(separable, image); },
                       [&](const Samples& samples) { return read_samples(map, samples, image); }},
            map.kind);
        glimpses.push_back(rounded_to(glimpse, depth));
    }
    return glimpses;
}

ImageRegion CpuBackend::write(const LinearMap& map, const cv::Mat& glimpse) const {
    const cv::Mat g = rounded_to(glimpse, CV_32F);
    return std::visit(
        overloaded{[&](const Window& window) { return write_window(map, window, g); },
                   [&](const Weights& weights) {
                       // A diagonal map is its own adjoint.
                       const cv::Mat all = read_weights(map, weights, {whole(map.image), g});
                       const Rectangle& r = weights.region;
                       if (r.empty()) return ImageRegion{};
                       return ImageRegion{r, all(cv::Rect(r.x, r.y, r.width, r.height))};
                   },
                   [&](const Separable& separable) { return transposed_banded_product(separable, g); },
                   [&](const Samples& samples) { return write_samples(map, samples, g); }},
        map.kind);
}

}  // namespace glimpse
