#include "figures/module/drawing.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "figures/module/text.hpp"

namespace glimpse {

namespace {

/// Coordinates are clamped to this: far out of sight, and small enough for exact differences in float64.
constexpr double coordinate_limit = 1e12;

/// Where the line from a to b crosses `value` on one axis.
Point crossing(const Point& a, const Point& b, double Point::*axis, double value) {
    const double t = (value - a.*axis) / (b.*axis - a.*axis);
    Point meeting{a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
    meeting.*axis = value;
    return meeting;
}

/// The part of the polygon where sign · axis ≤ sign · limit (Sutherland and Hodgman 1974).
std::vector<Point> clipped_to_half_plane(const std::vector<Point>& polygon, double Point::*axis, double limit,
                                         double sign) {
    std::vector<Point> kept;
    const auto is_inside = [&](const Point& point) { return sign * (point.*axis) <= sign * limit; };
    for (std::size_t k = 0; k < polygon.size(); ++k) {
        const Point& from = polygon[k];
        const Point& to = polygon[(k + 1) % polygon.size()];
        if (is_inside(from)) kept.push_back(from);
        if (is_inside(from) != is_inside(to)) kept.push_back(crossing(from, to, axis, limit));
    }
    return kept;
}

int tag_margin(int letter) {
    return (letter + 1) / 2;
}

}  // namespace

double luma(const cv::Vec3b& colour) {
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255;
}

cv::Vec3b casing_of(const cv::Vec3b& colour) {
    constexpr double darkest_in_dark = 0.35;
    return luma(colour) < darkest_in_dark ? cv::Vec3b(235, 235, 235) : cv::Vec3b(20, 20, 20);
}

std::vector<Point> clipped(std::vector<Point> polygon, Point low, Point high) {
    for (Point& point : polygon) {
        point = {std::clamp(point.x, -coordinate_limit, coordinate_limit),
                 std::clamp(point.y, -coordinate_limit, coordinate_limit)};
    }
    polygon = clipped_to_half_plane(polygon, &Point::x, low.x, -1);
    polygon = clipped_to_half_plane(polygon, &Point::x, high.x, 1);
    polygon = clipped_to_half_plane(polygon, &Point::y, low.y, -1);
    return clipped_to_half_plane(polygon, &Point::y, high.y, 1);
}

std::vector<Point> scaled_outline(const Lowered& lowered, double across, double down) {
    std::vector<Point> polygon = outline(lowered);
    const auto same = [&](const Point& point) {
        return point.x == polygon.front().x && point.y == polygon.front().y;
    };
    if (std::ranges::all_of(polygon, same)) return {};
    for (Point& point : polygon) point = {point.x * across, point.y * down};
    return polygon;
}

std::vector<Point> visible_part(const FigureOutline& outline) {
    // So far outside that the edges made by clipping are out of sight.
    const double beyond = 2 * outline.width + 2;
    const cv::Rect& within = outline.within;
    return clipped(outline.polygon, {within.x - beyond, within.y - beyond},
                   {within.br().x + beyond, within.br().y + beyond});
}

void add_outline(Figure& figure, const std::vector<Point>& polygon, const DrawingSizes& sizes,
                 const cv::Vec3b& colour, double dash) {
    if (polygon.empty()) return;
    const cv::Rect all({0, 0}, figure.size);
    if (sizes.casing > 0) {
        const double cased = sizes.line + 2 * sizes.casing;
        figure.shapes.emplace_back(FigureOutline{polygon, cased, casing_of(colour), all});
    }
    figure.shapes.emplace_back(FigureOutline{polygon, double(sizes.line), colour, all, dash});
}

void add_line_around(Figure& figure, cv::Rect place, int width, const cv::Vec3b& colour) {
    const double half = width / 2.0;
    const double left = place.x - half;
    const double top = place.y - half;
    const double right = place.br().x + half;
    const double bottom = place.br().y + half;
    figure.shapes.emplace_back(FigureOutline{{{left, top}, {right, top}, {right, bottom}, {left, bottom}},
                                             double(width),
                                             colour,
                                             {{0, 0}, figure.size}});
}

void add_text(Figure& figure, const FigureText& line, int letter, const cv::Vec3b& colour) {
    if (!line.text.empty()) figure.shapes.emplace_back(FigureLettering{line, letter, colour});
}

cv::Size tag_size(const std::string& text, int letter) {
    const int margin = tag_margin(letter);
    return {text_width(text, letter) + 2 * margin, letter + 2 * margin};
}

void add_tag(Figure& figure, const std::string& text, cv::Rect tag, int letter, const cv::Vec3b& colour) {
    const int margin = tag_margin(letter);
    const int casing = std::max(1, letter / 14);
    const cv::Rect inner(tag.tl() + cv::Point(casing, casing), tag.br() - cv::Point(casing, casing));
    figure.shapes.emplace_back(FigureBox{tag, letter / 3, casing_of(colour)});
    figure.shapes.emplace_back(FigureBox{inner, std::max(0, letter / 3 - casing), colour});
    constexpr double lightest_under_white = 0.43;
    const cv::Vec3b text_colour =
        luma(colour) > lightest_under_white ? cv::Vec3b(0, 0, 0) : cv::Vec3b(255, 255, 255);
    add_text(figure, {text, tag.tl() + cv::Point(margin, margin)}, letter, text_colour);
}

}  // namespace glimpse
