#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "figures/module/attention_levels.hpp"
#include "figures/module/drawing.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/labels.hpp"
#include "glimpse/error.hpp"

namespace glimpse {

namespace {

/// How bright the heat is over a pixel. The root keeps it visible in dark pictures.
double shade(const cv::Vec3b& pixel) {
    constexpr double of_black = 0.25;
    return of_black + (1 - of_black) * std::sqrt(luma(pixel));
}

/// Calls change(pixel, level) for each pixel.
template <typename Change>
void for_each_pixel(cv::Mat& picture, const cv::Mat& levels, const Change& change) {
    for (int y = 0; y < picture.rows; ++y) {
        auto* pixels = picture.ptr<cv::Vec3b>(y);
        const auto* level = levels.ptr<std::uint8_t>(y);
        for (int x = 0; x < picture.cols; ++x) change(pixels[x], level[x]);
    }
}

/// What a level of attention looks like.
struct Look {
    cv::Vec3d colour;  ///< R, G, B
    int distance = 0;  ///< from no attention, in levels
};

/// The looks of all levels.
struct Looks {
    std::array<Look, 256> of{};
    int farthest = 1;  ///< distance
};

Looks looks_of(const AttentionRange& range, Colormap colormap) {
    const LevelScale scale(range);
    const AttentionColours colours(range, colormap);
    Looks looks;
    looks.farthest = scale.reach();
    for (int level = 0; level < 256; ++level) {
        looks.of[static_cast<std::size_t>(level)] = {colours.of(scale.value(level)),
                                                     std::abs(level - scale.rest())};
    }
    return looks;
}

void draw_heat(cv::Mat& picture, const cv::Mat& levels, const Looks& looks, double opacity) {
    for_each_pixel(picture, levels, [&](cv::Vec3b& pixel, std::uint8_t level) {
        const Look& look = looks.of[level];
        if (look.distance == 0) return;
        const double alpha = opacity * std::sqrt(look.distance / double(looks.farthest));
        const cv::Vec3d heat = look.colour * shade(pixel);
        for (int c = 0; c < 3; ++c) {
            pixel[c] = cv::saturate_cast<std::uint8_t>((1 - alpha) * pixel[c] + alpha * heat[c]);
        }
    });
}

void draw_blend(cv::Mat& picture, const cv::Mat& levels, const Looks& looks, double opacity) {
    for_each_pixel(picture, levels, [&](cv::Vec3b& pixel, std::uint8_t level) {
        const cv::Vec3d mixed = (1 - opacity) * cv::Vec3d(pixel) + opacity * looks.of[level].colour;
        for (int c = 0; c < 3; ++c) pixel[c] = cv::saturate_cast<std::uint8_t>(mixed[c]);
    });
}

void draw_dark(cv::Mat& picture, const cv::Mat& levels, const Looks& looks, double opacity) {
    for_each_pixel(picture, levels, [&](cv::Vec3b& pixel, std::uint8_t level) {
        const int lacking = looks.farthest - looks.of[level].distance;
        const double kept = 1 - opacity * lacking / looks.farthest;
        for (int c = 0; c < 3; ++c) pixel[c] = cv::saturate_cast<std::uint8_t>(kept * pixel[c]);
    });
}

void draw_attention(cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style) {
    const OverlayStyle own = settled(style, maps);
    const AttentionLevels attention = attention_levels(maps, picture.size(), own);
    const Looks looks = looks_of(attention.range, own.colormap);
    switch (style.kind) {
        case OverlayStyle::Kind::dim:
            return draw_dark(picture, attention.levels, looks, style.opacity);
        case OverlayStyle::Kind::blend:
            return draw_blend(picture, attention.levels, looks, style.opacity);
        default:
            return draw_heat(picture, attention.levels, looks, style.opacity);
    }
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
    if (has_scale(style.kind)) draw_attention(shown, maps, style);
    Figure figure{.size = picture.size() * style.enlargement, .pictures = {}, .shapes = {}};
    figure.pictures.push_back({std::move(shown), {{0, 0}, figure.size}});
    const bool is_outlined = style.kind != Kind::heat && style.kind != Kind::blend;
    if (is_outlined) add_outlines(figure, maps, style);
    return figure;
}

}  // namespace figures

}  // namespace glimpse
