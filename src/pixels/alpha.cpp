#include "pixels/alpha.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <vector>

#include "pixels/element_type.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

void premultiply_alpha(cv::Mat& pixels) {
    const int colours = pixels.channels() - 1;
    for (int y = 0; y < pixels.rows; ++y) {
        auto* p = pixels.ptr<float>(y);
        for (int x = 0; x < pixels.cols; ++x, p += colours + 1) {
            for (int c = 0; c < colours; ++c) p[c] *= p[colours];
        }
    }
}

void unpremultiply_alpha(cv::Mat& pixels, float gain) {
    const int colours = pixels.channels() - 1;
    for (int y = 0; y < pixels.rows; ++y) {
        auto* p = pixels.ptr<float>(y);
        for (int x = 0; x < pixels.cols; ++x, p += colours + 1) {
            const float alpha = std::max(0.0F, p[colours]);
            for (int c = 0; c < colours; ++c) p[c] = divided_by_alpha(p[c], alpha, 0.0F) * gain;
            p[colours] /= gain;
        }
    }
}

void unpremultiply_stored(cv::Mat& pixels, double opaque, Transparent transparent) {
    const int colours = pixels.channels() - 1;
    with_element_type(pixels.depth(), [&](auto type) {
        using T = decltype(type);
        for (int y = 0; y < pixels.rows; ++y) {
            T* p = pixels.ptr<T>(y);
            for (int x = 0; x < pixels.cols; ++x, p += colours + 1) {
                const auto alpha = static_cast<double>(p[colours]);
                for (int c = 0; c < colours; ++c) {
                    const auto colour = static_cast<double>(p[c]);
                    const double otherwise = transparent == Transparent::kept ? colour : 0;
                    p[c] = rounded_to<T>(divided_by_alpha(colour * opaque, alpha, otherwise));
                }
            }
        }
    });
}

double full_scale(int depth) {
    return depth == CV_8U ? 255 : depth == CV_16U ? 65535 : 1;
}

std::optional<PixelAlpha> find_alpha_beyond(const cv::Mat& pixels, double least, double most) {
    const int channels = pixels.channels();
    for (int y = 0; y < pixels.rows; ++y) {
        const auto* alpha = pixels.ptr<float>(y) + channels - 1;
        for (int x = 0; x < pixels.cols; ++x, alpha += channels) {
            if (!(*alpha >= least && *alpha <= most)) return PixelAlpha{x, y, *alpha};
        }
    }
    return std::nullopt;
}

cv::Mat with_opaque_alpha(const cv::Mat& picture, double opaque) {
    std::vector<cv::Mat> channels;
    cv::split(picture, channels);
    channels.emplace_back(picture.rows, picture.cols, picture.depth(), cv::Scalar(opaque));
    cv::Mat out;
    cv::merge(channels, out);
    return out;
}

cv::Mat with_alpha(const cv::Mat& picture, bool alpha, const cv::Mat& factor, double opaque) {
    cv::Mat out = alpha ? picture.clone() : with_opaque_alpha(picture, opaque);
    cv::Mat channel;
    cv::extractChannel(out, channel, out.channels() - 1);
    cv::multiply(channel, factor, channel, 1, picture.depth());
    cv::insertChannel(channel, out, out.channels() - 1);
    return out;
}

}  // namespace glimpse
