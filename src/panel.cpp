#include "glimpse/panel.hpp"

#include <opencv2/imgproc.hpp>
#include <utility>

#include "drawing.hpp"
#include "glimpse/overlay.hpp"

namespace glimpse {

namespace {

const cv::Vec3b ink{30, 30, 30};
const cv::Vec3b paper{255, 255, 255};

void draw_frame(cv::Mat& figure, cv::Rect place, int frame, const cv::Vec3b& colour) {
    const auto around = [&](int width) {
        return cv::Rect(place.x - width, place.y - width, place.width + 2 * width, place.height + 2 * width);
    };
    // The casing lies outside the frame only: nothing comes between the glimpse and its colour.
    figure(around(frame)).setTo(cv::Scalar(casing_colour));
    figure(around(frame - 1)).setTo(cv::Scalar(colour));
    figure(place).setTo(cv::Scalar(paper));
}

void show(cv::Mat& figure, const cv::Mat& picture, cv::Rect place) {
    if (picture.empty()) return;
    cv::Mat part = figure(place);
    if (picture.size() == place.size()) {
        picture.copyTo(part);
        return;
    }
    const bool larger = place.width >= picture.cols && place.height >= picture.rows;
    cv::resize(picture, part, place.size(), 0, 0, larger ? cv::INTER_NEAREST : cv::INTER_AREA);
}

}  // namespace

Panel::Panel(PanelLayout layout)
    : layout_(std::move(layout)), figure_(layout_.figure, CV_8UC3, cv::Scalar(paper)) {
    for (std::size_t k = 0; k < layout_.thumbnails.size(); ++k) {
        draw_frame(figure_, layout_.thumbnails[k], layout_.frame, glimpse_colour(k));
    }
    for (const PanelText& caption : layout_.captions) {
        draw_text(figure_, caption.text, caption.position, layout_.letter, ink);
    }
    draw_text(figure_, layout_.remark.text, layout_.remark.position, layout_.remark_letter, ink);
}

void Panel::show_overlay(const cv::Mat& overlay) {
    show(figure_, overlay, layout_.overlay);
}

void Panel::show_glimpse(std::size_t k, const cv::Mat& glimpse) {
    if (k < layout_.thumbnails.size()) show(figure_, glimpse, layout_.thumbnails[k]);
}

}  // namespace glimpse
