#include "figures/module/thumbnails.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "figures/module/captions.hpp"
#include "figures/module/text.hpp"

namespace glimpse {

cv::Size shown_size(cv::Size picture, cv::Size room) {
    if (picture.empty()) return {1, 1};
    const int factor = std::min(room.width / picture.width, room.height / picture.height);
    if (factor >= 1) return picture * factor;
    const double scale = std::min(double(room.width) / picture.width, double(room.height) / picture.height);
    return {std::max(1, static_cast<int>(picture.width * scale)),
            std::max(1, static_cast<int>(picture.height * scale))};
}

cv::Size filling_size(cv::Size picture, cv::Size room) {
    if (picture.empty()) return {1, 1};
    const double scale = std::min(double(room.width) / picture.width, double(room.height) / picture.height);
    const auto scaled = [&](int length, int most) {
        return std::clamp(static_cast<int>(std::lround(length * scale)), 1, most);
    };
    return {scaled(picture.width, room.width), scaled(picture.height, room.height)};
}

cv::Rect centred(cv::Size size, cv::Rect room) {
    return {room.tl() + cv::Point((room.width - size.width) / 2, (room.height - size.height) / 2), size};
}

std::vector<std::string> captions_of(std::span<const PanelEntry> glimpses, int letter, int width) {
    if (letter == 0) return {};
    std::vector<std::string> labels;
    labels.reserve(glimpses.size());
    for (const PanelEntry& entry : glimpses) labels.push_back(entry.label);
    return elided_apart(labels, letter, width);
}

FigureText caption_below(const std::string& text, int letter, cv::Point below, int width) {
    const std::string shown = elided(text, letter, width);
    return {shown, {below.x + (width - text_width(shown, letter)) / 2, below.y + (letter + 1) / 2}};
}

void add_frame(Figure& figure, cv::Rect place, int frame, const cv::Vec3b& colour) {
    const int inner = frame - 1;
    add_line_around(figure, place, inner, colour);
    // The casing lies outside the frame only: nothing comes between the glimpse and its colour.
    const cv::Rect framed(place.tl() - cv::Point(inner, inner), place.br() + cv::Point(inner, inner));
    add_line_around(figure, framed, 1, casing_of(colour));
}

cv::Mat fitted(const cv::Mat& picture, cv::Size place) {
    if (picture.empty()) return {};
    if (place.width % picture.cols == 0 && place.height % picture.rows == 0) return picture;
    const bool larger = place.width >= picture.cols && place.height >= picture.rows;
    cv::Mat shown;
    cv::resize(picture, shown, place, 0, 0, larger ? cv::INTER_CUBIC : cv::INTER_AREA);
    return shown;
}

}  // namespace glimpse
