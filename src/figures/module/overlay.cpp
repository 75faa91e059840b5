#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "figures/module/drawing.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/labels.hpp"
#include "glimpse/error.hpp"
#include "maps/image_region.hpp"

namespace glimpse {

namespace {

/// The maximum over all maps, each scaled so that its own maximum is 255.
cv::Mat combined_attention(std::span<const LabelledMap> maps, cv::Size picture, int shrink) {
    cv::Mat combined = cv::Mat::zeros(picture, CV_8U);
    for (const LabelledMap& labelled : maps) {
        if (!labelled.lowered) continue;
        const ImageRegion attention = block_attention(labelled.lowered->map, shrink);
        if (attention.pixels.empty()) continue;
        double greatest = 0;
        cv::minMaxLoc(attention.pixels, nullptr, &greatest);
        if (!(greatest > 0)) continue;
        cv::Mat level;
        attention.pixels.convertTo(level, CV_8U, 255 / greatest);  // saturates: negative attention is 0
        cv::Mat part = combined(rect(attention.region));
        cv::max(part, level, part);
    }
    return combined;
}

using Levels = std::array<cv::Vec3d, 256>;

/// The colour map's 256 levels as R, G, B.
Levels colours_of(Colormap colormap) {
    static_assert(int(Colormap::inferno) == cv::COLORMAP_INFERNO &&
                  int(Colormap::deepgreen) == cv::COLORMAP_DEEPGREEN);
    cv::Mat levels(256, 1, CV_8U);
    for (int level = 0; level < 256; ++level)
        levels.at<std::uint8_t>(level) = static_cast<std::uint8_t>(level);
    cv::Mat coloured;
    cv::applyColorMap(levels, coloured, static_cast<int>(colormap));
    Levels colours;
    for (int level = 0; level < 256; ++level) {
        const auto bgr = coloured.at<cv::Vec3b>(level);
        colours[static_cast<std::size_t>(level)] = {double(bgr[2]), double(bgr[1]), double(bgr[0])};
    }
    return colours;
}

/// How bright the heat is over a pixel. The root keeps it visible in dark pictures.
double shade(const cv::Vec3b& pixel) {
    constexpr double of_black = 0.25;
    return of_black + (1 - of_black) * std::sqrt(luma(pixel));
}

/// Calls change(pixel, level) for each pixel; the level is 255 where attention is greatest.
template <typename Change>
void for_each_pixel(cv::Mat& picture, const cv::Mat& attention, const Change& change) {
    for (int y = 0; y < picture.rows; ++y) {
        auto* pixels = picture.ptr<cv::Vec3b>(y);
        const auto* levels = attention.ptr<std::uint8_t>(y);
        for (int x = 0; x < picture.cols; ++x) change(pixels[x], levels[x]);
    }
}

void draw_heat(cv::Mat& picture, const cv::Mat& attention, const OverlayStyle& style) {
    const Levels colours = colours_of(style.colormap);
    for_each_pixel(picture, attention, [&](cv::Vec3b& pixel, std::uint8_t level) {
        if (level == 0) return;
        const double alpha = style.opacity * std::sqrt(level / 255.0);
        const cv::Vec3d heat = colours[level] * shade(pixel);
        for (int c = 0; c < 3; ++c) {
            pixel[c] = cv::saturate_cast<std::uint8_t>((1 - alpha) * pixel[c] + alpha * heat[c]);
        }
    });
}

void draw_blend(cv::Mat& picture, const cv::Mat& attention, const OverlayStyle& style) {
    const Levels colours = colours_of(style.colormap);
    for_each_pixel(picture, attention, [&](cv::Vec3b& pixel, std::uint8_t level) {
        const cv::Vec3d mixed = (1 - style.opacity) * cv::Vec3d(pixel) + style.opacity * colours[level];
        for (int c = 0; c < 3; ++c) pixel[c] = cv::saturate_cast<std::uint8_t>(mixed[c]);
    });
}

void draw_dark(cv::Mat& picture, const cv::Mat& attention, double opacity) {
    for_each_pixel(picture, attention, [&](cv::Vec3b& pixel, std::uint8_t level) {
        const double kept = 1 - opacity * (255 - level) / 255;
        for (int c = 0; c < 3; ++c) pixel[c] = cv::saturate_cast<std::uint8_t>(kept * pixel[c]);
    });
}

/// Where attention is shown, a glimpse without a border has its label alone.
void add_outlines(Figure& figure, std::span<const LabelledMap> maps, const OverlayStyle& style) {
    const double scale = double(style.enlargement) / style.shrink;
    const auto is_drawn = [&](std::size_t k) {
        return style.kind == OverlayStyle::Kind::outline || !maps[k].lowered || has_border(*maps[k].lowered);
    };
    const auto colour = [&](std::size_t k) { return glimpse_colour(style.first_colour + k); };
    const Point far_corner{double(figure.size.width), double(figure.size.height)};
    std::vector<std::vector<Point>> polygons;
    std::vector<LabelledOutline> visible;
    for (const LabelledMap& labelled : maps) {
        polygons.push_back(labelled.lowered ? scaled_outline(*labelled.lowered, scale, scale)
                                            : std::vector<Point>());
        visible.push_back({labelled.label, clipped(polygons.back(), {0, 0}, far_corner)});
    }
    std::size_t seen = 0;
    std::size_t drawn = 0;
    for (std::size_t k = 0; k < visible.size(); ++k) {
        if (visible[k].polygon.empty()) continue;
        ++seen;
        drawn += is_drawn(k) ? 1 : 0;
    }
    const DrawingSizes sizes = drawing_sizes(figure.size, seen);
    const DrawingSizes lines = drawing_sizes(figure.size, drawn);
    for (std::size_t k = 0; k < polygons.size(); ++k) {
        if (is_drawn(k)) add_outline(figure, polygons[k], lines, colour(k));
    }
    const auto labels = place_labels(visible, figure.size, sizes);
    for (std::size_t k = 0; k < labels.size(); ++k) {
        if (labels[k]) add_tag(figure, labels[k]->text, labels[k]->tag, sizes.letter, colour(k));
    }
}

}  // namespace

namespace figures {

Figure overlay_figure(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style) {
    using Kind = OverlayStyle::Kind;
    cv::Mat shown = picture.clone();
    if (style.kind != Kind::outline) {
        const cv::Mat attention = combined_attention(maps, picture.size(), style.shrink);
        if (style.kind == Kind::dim) {
            draw_dark(shown, attention, style.opacity);
        } else if (style.kind == Kind::blend) {
            draw_blend(shown, attention, style);
        } else {
            draw_heat(shown, attention, style);
        }
    }
    Figure figure{.size = picture.size() * style.enlargement, .pictures = {}, .shapes = {}};
    figure.pictures.push_back({std::move(shown), {{0, 0}, figure.size}});
    const bool is_outlined = style.kind != Kind::heat && style.kind != Kind::blend;
    if (is_outlined) add_outlines(figure, maps, style);
    return figure;
}

}  // namespace figures

}  // namespace glimpse
