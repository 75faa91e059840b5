#include <opencv2/core.hpp>

#include "figures/module/functions.hpp"
#include "figures/module/thumbnails.hpp"

namespace glimpse::figures {

cv::Mat empty_panel(const PanelLayout& layout) {
    cv::Mat figure(layout.figure, CV_8UC3, cv::Scalar(paper));
    for (std::size_t k = 0; k < layout.thumbnails.size(); ++k) {
        draw_frame(figure, layout.thumbnails[k], layout.frame, glimpse_colour(k));
    }
    for (const FigureText& caption : layout.captions) {
        draw_text(figure, caption.text, caption.position, layout.letter, ink);
    }
    draw_text(figure, layout.remark.text, layout.remark.position, layout.remark_letter, ink);
    return figure;
}

}  // namespace glimpse::figures
