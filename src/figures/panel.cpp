#include <opencv2/imgproc.hpp>

#include "figures/drawing.hpp"
#include "figures/figures.hpp"

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

}  // namespace

namespace figures {

cv::Mat empty_panel(const PanelLayout& layout) {
    cv::Mat figure(layout.figure, CV_8UC3, cv::Scalar(paper));
    for (std::size_t k = 0; k < layout.thumbnails.size(); ++k) {
        draw_frame(figure, layout.thumbnails[k], layout.frame, glimpse_colour(k));
    }
    for (const PanelText& caption : layout.captions) {
        draw_text(figure, caption.text, caption.position, layout.letter, ink);
    }
    draw_text(figure, layout.remark.text, layout.remark.position, layout.remark_letter, ink);
    return figure;
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

}  // namespace figures

}  // namespace glimpse
