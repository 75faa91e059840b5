#include "backends/window.hpp"

#include <opencv2/core.hpp>

namespace glimpse {

cv::Mat part(const ImageRegion& image, const Rectangle& r) {
    return image.pixels(cv::Rect(r.x - image.region.x, r.y - image.region.y, r.width, r.height));
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

ImageRegion write_window(const LinearMap& map, const Window& window, const cv::Mat& glimpse) {
    const Rectangle seen = support(map);
    if (seen.empty()) return {};
    return {seen, glimpse(cv::Rect(seen.x - window.x0, seen.y - window.y0, seen.width, seen.height)).clone()};
}

}  // namespace glimpse
