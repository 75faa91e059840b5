#include "images/codecs/decoded.hpp"

#include <opencv2/core.hpp>
#include <utility>

#include "maps/image_region.hpp"
#include "pixels/alpha.hpp"

namespace glimpse {

std::int64_t canvas_memory(const ImageInfo& info, int canvases) {
    ImageInfo with_alpha = info;
    if (!info.alpha) ++with_alpha.channels;
    with_alpha.alpha = true;
    const Rectangle all = whole(info.size);
    return bounded_product(canvases + 1, pixel_bytes(with_alpha, all)) + premultiplied_bytes(with_alpha, all);
}

DecodedReader::DecodedReader(cv::Mat pixels, ImageInfo info, MemoryBudget::Reservation reserved)
    : reserved_(std::move(reserved)), pixels_(std::move(pixels)), info_(std::move(info)) {
    info_.depth = pixels_.depth();
    info_.channels = pixels_.channels();
    info_.seekable = true;
    info_.decoded = true;
}

cv::Mat DecodedReader::decode(const Rectangle& region) {
    return pixels_(rect(region)).clone();
}

cv::Mat without_opaque_alpha(const cv::Mat& pixels) {
    cv::Mat alpha;
    cv::extractChannel(pixels, alpha, pixels.channels() - 1);
    if (cv::countNonZero(alpha != full_scale(pixels.depth())) > 0) return pixels;
    std::vector<cv::Mat> channels;
    cv::split(pixels, channels);
    channels.pop_back();
    cv::Mat colours;
    cv::merge(channels, colours);
    return colours;
}

}  // namespace glimpse
