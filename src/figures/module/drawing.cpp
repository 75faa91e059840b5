#include "figures/module/drawing.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "system/numbers.hpp"

namespace glimpse {

namespace {

/// Sub-pixel positions are drawn to 1/64 pixel.
constexpr int position_bits = 6;

/// Text is drawn this many times larger and downsampled, so that strokes have fractional widths.
constexpr int oversampling = 4;

/// Coordinates are clamped to this: far out of sight, and small enough for exact differences in float64.
constexpr double coordinate_limit = 1e12;

cv::Scalar scalar(const cv::Vec3b& colour) {
    return {double(colour[0]), double(colour[1]), double(colour[2])};
}

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

/// Blends a colour into the picture by a coverage of 0 to 255.
void blend(cv::Mat& picture, const cv::Mat& coverage, cv::Point position, const cv::Vec3b& colour) {
    const cv::Rect seen = cv::Rect(position, coverage.size()) & cv::Rect(cv::Point(0, 0), picture.size());
    for (int y = seen.y; y < seen.y + seen.height; ++y) {
        auto* out = picture.ptr<cv::Vec3b>(y);
        const auto* cover = coverage.ptr<std::uint8_t>(y - position.y);
        for (int x = seen.x; x < seen.x + seen.width; ++x) {
            const int alpha = cover[x - position.x];
            for (int c = 0; c < 3; ++c) {
                out[x][c] =
                    static_cast<std::uint8_t>((out[x][c] * (255 - alpha) + colour[c] * alpha + 127) / 255);
            }
        }
    }
}

cv::Mat downsampled(const cv::Mat& oversampled) {
    cv::Mat average;
    cv::resize(oversampled, average, oversampled.size() / oversampling, 0, 0, cv::INTER_AREA);
    return average;
}

struct Lettering {
    double scale;
    int stroke;  ///< oversampled pixels
};

/// A capital of OpenCV's plain font is 21 units high.
Lettering lettering(int letter) {
    const double height = letter * oversampling;
    return {height / 21, std::max(1, static_cast<int>(std::lround(height * 0.13)))};
}

constexpr int plain_font = cv::FONT_HERSHEY_SIMPLEX;

int oversampled_width(const std::string& text, int letter) {
    const auto [scale, stroke] = lettering(letter);
    int baseline = 0;
    return cv::getTextSize(text, plain_font, scale, stroke, &baseline).width;
}

/// A rounded rectangle that fills its size.
cv::Mat rounded_rectangle(cv::Size size, int radius) {
    const cv::Size large = size * oversampling;
    const int r = std::min({radius * oversampling, large.width / 2, large.height / 2});
    cv::Mat shape = cv::Mat::zeros(large, CV_8U);
    cv::rectangle(shape, {r, 0, large.width - 2 * r, large.height}, 255, cv::FILLED);
    cv::rectangle(shape, {0, r, large.width, large.height - 2 * r}, 255, cv::FILLED);
    for (const int x : {r, large.width - 1 - r}) {
        for (const int y : {r, large.height - 1 - r}) cv::circle(shape, {x, y}, r, 255, cv::FILLED);
    }
    return downsampled(shape);
}

int tag_margin(int letter) {
    return (letter + 1) / 2;
}

}  // namespace

double luma(const cv::Vec3b& colour) {
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255;
}

double crowding(std::size_t outlines) {
    constexpr std::size_t few = 30;
    return std::sqrt(double(few) / double(std::max(few, outlines)));
}

DrawingSizes drawing_sizes(cv::Size picture, std::size_t outlines) {
    const double crowded = crowding(outlines);
    // The geometric mean keeps letters in proportion on wide strips and on tall ones.
    const double side = std::sqrt(double(picture.width) * picture.height);
    const int letter = static_cast<int>(std::lround(std::max(9.0, side * 0.022 * crowded)));
    const int line = static_cast<int>(std::lround(std::max(1.0, std::max(2.0, side * 0.004) * crowded)));
    // A casing would hide more than a line as thin as this shows.
    if (side < 160 || line == 1) return {1, 0, letter};
    return {line, std::max(1, static_cast<int>(std::lround(line * 0.3))), letter};
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

void draw_outline(cv::Mat& picture, const std::vector<Point>& polygon, const DrawingSizes& sizes,
                  const cv::Vec3b& colour) {
    // Clips so far outside that the edges made by clipping are out of sight.
    const double beyond = 2.0 * (sizes.line + sizes.casing) + 2;
    std::vector<cv::Point> points;
    for (const Point& point :
         clipped(polygon, {-beyond, -beyond}, {picture.cols + beyond, picture.rows + beyond})) {
        const double one = 1 << position_bits;
        points.emplace_back(static_cast<int>(std::lround(centre_from_edge(point.x) * one)),
                            static_cast<int>(std::lround(centre_from_edge(point.y) * one)));
    }
    if (points.empty()) return;
    if (sizes.casing > 0) {
        const int cased = sizes.line + 2 * sizes.casing;
        cv::polylines(picture, points, true, scalar(casing_colour), cased, cv::LINE_AA, position_bits);
    }
    cv::polylines(picture, points, true, scalar(colour), sizes.line, cv::LINE_AA, position_bits);
}

int text_width(const std::string& text, int letter) {
    return ceil_div(oversampled_width(text, letter), oversampling);
}

std::string elided(const std::string& text, int letter, int width) {
    if (text_width(text, letter) <= width) return text;
    // Similar names mostly differ at their ends.
    const auto shortened = [&](std::size_t kept) {
        const std::size_t head = kept / 3;
        return text.substr(0, head) + ".." + text.substr(text.size() - (kept - head));
    };
    // The width grows with the number of letters: bisection finds the most that fit.
    constexpr std::size_t too_few = 1;
    std::size_t fitting = too_few;
    std::size_t too_many = std::max(too_few + 1, text.size());
    while (too_many - fitting > 1) {
        const std::size_t kept = (fitting + too_many) / 2;
        (text_width(shortened(kept), letter) <= width ? fitting : too_many) = kept;
    }
    return fitting == too_few ? std::string() : shortened(fitting);
}

void draw_text(cv::Mat& picture, const std::string& text, cv::Point position, int letter,
               const cv::Vec3b& colour) {
    if (text.empty()) return;
    const auto [scale, stroke] = lettering(letter);
    // Half a cap height above and below, for accents and descenders.
    const int above = (letter + 1) / 2;
    const int columns = text_width(text, letter) + 2;
    cv::Mat coverage = cv::Mat::zeros((letter + 2 * above) * oversampling, columns * oversampling, CV_8U);
    const cv::Point baseline{oversampling / 2, (above + letter) * oversampling - stroke / 2};
    cv::putText(coverage, text, baseline, plain_font, scale, 255, stroke, cv::LINE_AA);
    blend(picture, downsampled(coverage), {position.x, position.y - above}, colour);
}

cv::Size tag_size(const std::string& text, int letter) {
    const int margin = tag_margin(letter);
    return {text_width(text, letter) + 2 * margin, letter + 2 * margin};
}

void draw_tag(cv::Mat& picture, const std::string& text, cv::Rect tag, int letter, const cv::Vec3b& colour) {
    const int margin = tag_margin(letter);
    const int casing = std::max(1, letter / 14);
    const cv::Size inner{tag.width - 2 * casing, tag.height - 2 * casing};
    blend(picture, rounded_rectangle(tag.size(), letter / 3), tag.tl(), casing_colour);
    blend(picture, rounded_rectangle(inner, std::max(0, letter / 3 - casing)),
          tag.tl() + cv::Point(casing, casing), colour);
    constexpr double lightest_under_white = 0.43;
    const cv::Vec3b text_colour =
        luma(colour) > lightest_under_white ? cv::Vec3b(0, 0, 0) : cv::Vec3b(255, 255, 255);
    draw_text(picture, text, tag.tl() + cv::Point(margin, margin), letter, text_colour);
}

}  // namespace glimpse
