#include "figures/module/thumbnails.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

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

FigureText caption_below(const std::string& text, int letter, cv::Point below, int width) {
    const std::string shown = elided(text, letter, width);
    return {shown, {below.x + (width - text_width(shown, letter)) / 2, below.y + (letter + 1) / 2}};
}

void draw_frame(cv::Mat& figure, cv::Rect place, int frame, const cv::Vec3b& colour) {
    const auto around = [&](int width) {
        return cv::Rect(place.x - width, place.y - width, place.width + 2 * width, place.height + 2 * width);
    };
    // The casing lies outside the frame only: nothing comes between the glimpse and its colour.
    figure(around(frame)).setTo(cv::Scalar(casing_colour));
    figure(around(frame - 1)).setTo(cv::Scalar(colour));
    figure(place).setTo(cv::Scalar(paper));
}

void show_picture(cv::Mat& figure, const cv::Mat& picture, cv::Rect place) {
    if (picture.empty()) return;
    cv::Mat part = figure(place);
    if (picture.size() == place.size()) {
        picture.copyTo(part);
        return;
    }
    const bool larger = place.width >= picture.cols && place.height >= picture.rows;
    const bool whole = place.width % picture.cols == 0 && place.height % picture.rows == 0;
    const int enlarging = whole ? cv::INTER_NEAREST : cv::INTER_CUBIC;
    cv::resize(picture, part, place.size(), 0, 0, larger ? enlarging : cv::INTER_AREA);
}

}  // namespace glimpse
