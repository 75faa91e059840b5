#include "glimpse/reading.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <string>

#include "glimpse/error.hpp"
#include "overloaded.hpp"

namespace glimpse {

namespace {

bool has_fill(const LinearMap& map) {
    return !std::holds_alternative<std::monostate>(map.fill);
}

/// Each colour multiplied by the pixel's alpha, CV_32F; alpha itself as it is.
cv::Mat premultiplied(const cv::Mat& pixels) {
    cv::Mat out;
    pixels.convertTo(out, CV_32F);
    const int colours = out.channels() - 1;
    for (int y = 0; y < out.rows; ++y) {
        auto* p = out.ptr<float>(y);
        for (int x = 0; x < out.cols; ++x, p += colours + 1) {
            for (int c = 0; c < colours; ++c) p[c] *= p[colours];
        }
    }
    return out;
}

void unpremultiply(cv::Mat& pixels) {
    const int colours = pixels.channels() - 1;
    for (int y = 0; y < pixels.rows; ++y) {
        auto* p = pixels.ptr<float>(y);
        for (int x = 0; x < pixels.cols; ++x, p += colours + 1) {
            const float alpha = p[colours];
            for (int c = 0; c < colours; ++c) p[c] = alpha > 0 ? p[c] / alpha : 0.0F;
        }
    }
}

std::vector<double> channel_means(const cv::Mat& pixels) {
    std::vector<double> means(static_cast<std::size_t>(pixels.channels()));
    cv::Mat channel;
    for (int c = 0; c < pixels.channels(); ++c) {
        cv::extractChannel(pixels, channel, c);
        means[static_cast<std::size_t>(c)] = cv::mean(channel)[0];
    }
    return means;
}

/// One value for each channel; alpha is opaque where it is not given.
std::vector<double> channel_values(const Constant& constant, int channels, bool alpha, int depth) {
    const auto count = static_cast<std::size_t>(channels);
    const std::size_t colours = alpha ? count - 1 : count;
    std::vector<double> values = constant.values;
    if (values.size() == 1) values.resize(colours, values.front());
    if (alpha && values.size() == colours) values.push_back(full_scale(depth));
    if (values.size() != count) {
        throw Error("the padding has " + std::to_string(constant.values.size()) + " values, the image " +
                    std::to_string(channels) + " channels");
    }
    return values;
}

/// c, in the units of the pixels that the map is applied to.
std::vector<double> fill_values(const Fill& fill, const cv::Mat& pixels, bool alpha, bool premultiply,
                                int depth) {
    return std::visit(
        overloaded{[](std::monostate) -> std::vector<double> { throw std::logic_error("there is no fill"); },
                   [&](const MeanOfImage&) { return channel_means(pixels); },
                   [&](const Constant& constant) {
                       std::vector<double> values = channel_values(constant, pixels.channels(), alpha, depth);
                       if (premultiply) {
                           for (std::size_t c = 0; c + 1 < values.size(); ++c) values[c] *= values.back();
                       }
                       return values;
                   }},
        fill);
}

/// g + c (full_weight - A 1), which is A(I - c) + c for a full weight of 1.
void add_fill(cv::Mat& glimpse, const LinearMap& map, const std::vector<double>& c) {
    const cv::Mat sums = row_sums(map);
    for (int y = 0; y < glimpse.rows; ++y) {
        auto* out = glimpse.ptr<float>(y);
        const auto* sum = sums.ptr<float>(y);
        for (int x = 0; x < glimpse.cols; ++x) {
            const double missing = map.full_weight - static_cast<double>(sum[x]);
            for (const double value : c) *out++ += static_cast<float>(value * missing);
        }
    }
}

/// The maps that need more than the backend's A I in the image's own depth.
bool needs_more(const LinearMap& map, bool alpha) {
    return has_fill(map) || (alpha && mixes_pixels(map));
}

}  // namespace

double full_scale(int depth) {
    return depth == CV_8U ? 255 : depth == CV_16U ? 65535 : 1;
}

cv::Mat read_glimpse(const Backend& backend, const LinearMap& map, const ImageRegion& region, bool alpha,
                     int depth) {
    const bool premultiply = alpha && mixes_pixels(map);
    if (!needs_more(map, alpha)) return backend.read({&map, 1}, region, depth).front();
    const ImageRegion source{region.region, premultiply ? premultiplied(region.pixels) : region.pixels};
    cv::Mat glimpse = backend.read({&map, 1}, source, CV_32F).front();
    if (has_fill(map)) {
        add_fill(glimpse, map,
                 fill_values(map.fill, source.pixels, alpha, premultiply, region.pixels.depth()));
    }
    if (premultiply) unpremultiply(glimpse);
    if (depth != CV_32F) glimpse.convertTo(glimpse, depth);
    return glimpse;
}

std::vector<cv::Mat> read_glimpses(const Backend& backend, std::span<const LinearMap> maps,
                                   const ImageRegion& region, bool alpha, int depth) {
    const auto plain = [&](const LinearMap& map) { return !needs_more(map, alpha); };
    if (std::ranges::all_of(maps, plain)) return backend.read(maps, region, depth);
    std::vector<cv::Mat> glimpses;
    glimpses.reserve(maps.size());
    for (const LinearMap& map : maps) glimpses.push_back(read_glimpse(backend, map, region, alpha, depth));
    return glimpses;
}

cv::Mat with_alpha(const cv::Mat& picture, bool alpha, const cv::Mat& factor) {
    std::vector<cv::Mat> channels;
    cv::split(picture, channels);
    if (!alpha) {
        channels.emplace_back(picture.rows, picture.cols, picture.depth(),
                              cv::Scalar(full_scale(picture.depth())));
    }
    cv::multiply(channels.back(), factor, channels.back(), 1, picture.depth());
    cv::Mat out;
    cv::merge(channels, out);
    return out;
}

}  // namespace glimpse
