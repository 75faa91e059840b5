#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "figures/module/attention_levels.hpp"
#include "figures/module/contours.hpp"
#include "figures/module/drawing.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/labels.hpp"
#include "figures/module/outlines.hpp"
#include "figures/module/thumbnails.hpp"
#include "glimpse/error.hpp"
#include "maps/image_region.hpp"

namespace glimpse {

namespace {

/// How bright the heat is over a pixel. The root keeps it visible in dark pictures.
double shade(const cv::Vec3b& pixel) {
    constexpr double of_black = 0.6;
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

/// How a picture lies in a figure of it.
struct Placing {
    cv::Size picture;
    int shrink;  ///< how many times it is smaller than the image
    cv::Size figure;

    /// The width and the height of a pixel of the picture in the figure.
    [[nodiscard]] double across() const { return double(figure.width) / picture.width; }
    [[nodiscard]] double down() const { return double(figure.height) / picture.height; }
    /// And those of a pixel of the image.
    [[nodiscard]] OutlinePlace of_image(bool without_border = false) const {
        return {across() / shrink, down() / shrink, without_border};
    }
};

/// On the picture as the figure shows it.
void draw_attention(cv::Mat& shown, const Placing& placing, std::span<const LabelledMap> maps,
                    const OverlayStyle& style) {
    const OverlayStyle own = settled(style, maps);
    const AttentionLevels attention = attention_levels(maps, placing.picture, own);
    const Looks looks = looks_of(attention.range, own.colormap);
    const cv::Mat levels = fitted(attention.levels, placing.figure);
    switch (style.kind) {
        case OverlayStyle::Kind::dim:
            return draw_dark(shown, levels, looks, style.opacity);
        case OverlayStyle::Kind::blend:
            return draw_blend(shown, levels, looks, style.opacity);
        default:
            return draw_heat(shown, levels, looks, style.opacity);
    }
}

bool has_outlines(OverlayStyle::Kind kind) {
    using Kind = OverlayStyle::Kind;
    return kind == Kind::outline || kind == Kind::both || kind == Kind::dim;
}

/// The lines around one share of a glimpse's attention, or of several that have the same.
struct Contour {
    std::string shares;
    std::vector<Ring> rings;  ///< in the figure's pixels
    bool is_dashed;

    /// That around the most, where a label is read first; empty where there is none.
    [[nodiscard]] Ring greatest() const {
        const auto width = [](const Ring& ring) {
            const auto [left, top, right, bottom] = extent(ring);
            return (right - left) * (bottom - top);
        };
        return rings.empty() ? Ring() : std::ranges::max(rings, {}, width);
    }
};

/// From 50 % to 90 %. `room`: how many points there may still be, which are taken from it.
std::vector<Contour> contours_of(const Lowered& lowered, const Placing& placing, std::size_t& room) {
    const ImageRegion attention = block_attention(lowered, placing.shrink);
    const AttentionField field(attention.pixels, rect(attention.region), placing.picture);
    const std::vector<double> levels = field.levels({0.5, 0.9});
    if (levels.empty()) return {};
    std::vector<Contour> contours{{"50 %", contour_lines(field, levels[0], room), false}};
    if (levels[0] == levels[1]) {
        contours[0].shares = "50 %, 90 %";
    } else {
        contours.push_back({"90 %", contour_lines(field, levels[1], room), true});
    }
    for (Contour& contour : contours) {
        for (Ring& ring : contour.rings) {
            room -= std::min(room, ring.size());
            for (Point& point : ring) point = {point.x * placing.across(), point.y * placing.down()};
        }
    }
    return contours;
}

/// Outlines take their places among the contours, and ids before shares.
void add_contours(Figure& figure, const Placing& placing, std::span<const LabelledMap> maps) {
    std::size_t room = most_contour_points;
    const OutlinePlace place = placing.of_image();
    const Point far_corner{double(figure.size.width), double(figure.size.height)};
    std::vector<std::vector<Contour>> contours;
    std::vector<LabelledOutline> labels;
    std::vector<std::size_t> owners;
    std::size_t seen = 0;
    for (std::size_t k = 0; k < maps.size(); ++k) {
        std::vector<Contour>& own = contours.emplace_back();
        if (!maps[k].lowered) continue;
        const Lowered& lowered = *maps[k].lowered;
        if (has_border(lowered)) {
            own.push_back({{}, {scaled_outline(lowered, place.across, place.down)}, false});
        } else {
            own = contours_of(lowered, placing, room);
        }
        if (own.empty()) continue;
        labels.push_back({maps[k].label, clipped(own.back().greatest(), {0, 0}, far_corner)});
        owners.push_back(k);
        seen += labels.back().polygon.empty() ? 0 : 1;
    }
    const DrawingSizes sizes = drawing_sizes(figure.size, seen);
    const auto colour = [&](std::size_t k) { return glimpse_colour(maps[k].colour.value_or(k)); };
    for (std::size_t k = 0; k < contours.size(); ++k) {
        for (const Contour& contour : contours[k]) {
            const double dash = contour.is_dashed ? 4.0 * sizes.line : 0;
            for (const Ring& ring : contour.rings) add_outline(figure, ring, sizes, colour(k), dash);
            if (contour.shares.empty()) continue;
            labels.push_back({contour.shares, contour.greatest(), true});
            owners.push_back(k);
        }
    }
    add_labels(figure, labels, sizes, [&](std::size_t n) { return colour(owners[n]); });
}

}  // namespace

namespace figures {

Figure overlay_figure(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style) {
    using Kind = OverlayStyle::Kind;
    Figure figure{.size = style.size.empty() ? picture.size() * style.enlargement : style.size,
                  .pictures = {},
                  .shapes = {}};
    const Placing placing{picture.size(), style.shrink, figure.size};
    cv::Mat shown = fitted(picture, figure.size).clone();
    if (has_scale(style.kind)) draw_attention(shown, placing, maps, style);
    figure.pictures.push_back({std::move(shown), {{0, 0}, figure.size}});
    if (style.kind == Kind::contour) add_contours(figure, placing, maps);
    // Where attention is shown, a glimpse without a border has its label alone.
    const bool without_border = style.kind == Kind::outline;
    if (has_outlines(style.kind)) add_outlines(figure, maps, placing.of_image(without_border));
    return figure;
}

}  // namespace figures

}  // namespace glimpse
