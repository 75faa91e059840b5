#include "figures/module/marks.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "figures/module/drawing.hpp"

namespace glimpse {

namespace {

bool is_in(cv::Size figure, Point at) {
    return at.x >= 0 && at.y >= 0 && at.x < figure.width && at.y < figure.height;
}

/// The square of an odd side about a point.
cv::Rect square_about(cv::Point centre, int radius) {
    return {centre.x - radius, centre.y - radius, 2 * radius + 1, 2 * radius + 1};
}

cv::Vec3b shaded(const cv::Vec3b& colour, double share) {
    cv::Vec3b shade;
    for (int c = 0; c < 3; ++c) shade[c] = cv::saturate_cast<uchar>(255 + share * (colour[c] - 255.0));
    return shade;
}

void add_dot(Figure& figure, cv::Point centre, const DrawingSizes& sizes, const cv::Vec3b& colour) {
    const int radius = 2 * sizes.line;
    const int casing = std::max(1, sizes.casing);
    figure.shapes.emplace_back(
        FigureBox{square_about(centre, radius + casing), radius + casing, casing_of(colour)});
    figure.shapes.emplace_back(FigureBox{square_about(centre, radius), radius, colour});
}

void add_cross(Figure& figure, cv::Point centre, const DrawingSizes& sizes, const cv::Vec3b& colour) {
    const auto add_bars = [&](int length, int half_width, const cv::Vec3b& of_bars) {
        const int width = 2 * half_width + 1;
        figure.shapes.emplace_back(
            FigureBox{{centre.x - length, centre.y - half_width, 2 * length + 1, width}, 0, of_bars});
        figure.shapes.emplace_back(
            FigureBox{{centre.x - half_width, centre.y - length, width, 2 * length + 1}, 0, of_bars});
    };
    const int length = 8 * sizes.line;
    const int half_width = std::max(1, sizes.line / 2);
    const int casing = std::max(1, sizes.casing);
    add_bars(length + casing, half_width + casing, casing_of(colour));
    add_bars(length, half_width, colour);
}

}  // namespace

std::vector<Point> around_marks(const MarkedPoints& marks, double across, double down, cv::Size figure) {
    std::vector<Point> shown;
    const auto add_shown = [&](Point at) {
        const Point scaled{at.x * across, at.y * down};
        if (is_in(figure, scaled)) shown.push_back(scaled);
    };
    for (const auto& [at, weight] : marks.dots) add_shown(at);
    if (marks.reference) add_shown(*marks.reference);
    if (shown.empty()) return {};
    const auto [left, top, right, bottom] = extent(shown);
    // Of a single one, too, the outline has an area.
    return {{left - 1, top - 1}, {right + 1, top - 1}, {right + 1, bottom + 1}, {left - 1, bottom + 1}};
}

void add_marks(Figure& figure, const MarkedPoints& marks, double across, double down,
               const DrawingSizes& sizes, const cv::Vec3b& colour) {
    const auto add_inside = [&](Point at, auto&& add) {
        const Point scaled{at.x * across, at.y * down};
        if (is_in(figure.size, scaled))
            add(cv::Point(static_cast<int>(scaled.x), static_cast<int>(scaled.y)));
    };
    std::vector<MarkedPoints::Dot> dots = marks.dots;
    std::ranges::stable_sort(dots, {}, [](const MarkedPoints::Dot& dot) { return std::abs(dot.weight); });
    const double greatest = dots.empty() ? 0 : std::abs(dots.back().weight);
    for (const auto& [at, weight] : dots) {
        const double share = greatest > 0 ? std::abs(weight) / greatest : 0;
        add_inside(at, [&](cv::Point centre) { add_dot(figure, centre, sizes, shaded(colour, share)); });
    }
    if (!marks.reference) return;
    add_inside(*marks.reference, [&](cv::Point centre) { add_cross(figure, centre, sizes, colour); });
}

}  // namespace glimpse
