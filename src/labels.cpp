#include "labels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace glimpse {

namespace {

cv::Rect bounds(const std::vector<Point>& polygon) {
    if (polygon.empty()) return {};
    const auto [left, right] = std::ranges::minmax(polygon, {}, &Point::x);
    const auto [top, bottom] = std::ranges::minmax(polygon, {}, &Point::y);
    const cv::Point low(nearest_edge(left.x), nearest_edge(top.y));
    return {low, cv::Point(std::max(low.x + 1, nearest_edge(right.x)),
                           std::max(low.y + 1, nearest_edge(bottom.y)))};
}

/// The polygon fills its bounds: it is a box.
bool is_box(const std::vector<Point>& polygon, const cv::Rect& around) {
    double twice_area = 0;
    for (std::size_t k = 0; k < polygon.size(); ++k) {
        const Point& a = polygon[k];
        const Point& b = polygon[(k + 1) % polygon.size()];
        twice_area += a.x * b.y - b.x * a.y;
    }
    return std::abs(twice_area) / 2 > 0.97 * around.area();
}

/// Left-top corners for a tag around a box, the best first: outside above, below, then inside, then beside.
std::vector<cv::Point> around_box(const cv::Rect& box, cv::Size tag, int reach) {
    const int left = box.x - reach;
    const int right = box.br().x + reach - tag.width;
    const int above = box.y - reach - tag.height + 1;
    const int below = box.br().y + reach - 1;
    const int top = box.y + reach + 1;
    const int bottom = box.br().y - reach - 1 - tag.height;
    const int inner_left = box.x + reach + 1;
    const int inner_right = box.br().x - reach - 1 - tag.width;
    const int beyond = box.br().x + reach;
    const int before = left - tag.width;
    return {{left, above},     {right, above},     {left, below},        {right, below},
            {inner_left, top}, {inner_right, top}, {inner_left, bottom}, {inner_right, bottom},
            {beyond, box.y},   {before, box.y},    {beyond, bottom},     {before, bottom}};
}

/// Left-top corners for a tag at the outermost corners of a polygon, then in its middle.
std::vector<cv::Point> around_corners(const std::vector<Point>& polygon, cv::Size tag, int reach) {
    const auto at = [](const Point& point) {
        return cv::Point(nearest_edge(point.x), nearest_edge(point.y));
    };
    const cv::Point top = at(std::ranges::min(polygon, {}, &Point::y));
    const cv::Point bottom = at(std::ranges::max(polygon, {}, &Point::y));
    const cv::Point left = at(std::ranges::min(polygon, {}, &Point::x));
    const cv::Point right = at(std::ranges::max(polygon, {}, &Point::x));
    const cv::Point half(tag.width / 2, tag.height / 2);
    return {{top.x - half.x, top.y - reach - tag.height + 1},
            {bottom.x - half.x, bottom.y + reach - 1},
            {right.x + reach, right.y - half.y},
            {left.x - reach - tag.width, left.y - half.y},
            (top + bottom) / 2 - half};
}

double distance(cv::Point a, cv::Point b) {
    return std::hypot(a.x - b.x, a.y - b.y);
}

class Placement {
  public:
    Placement(cv::Size picture, std::vector<cv::Rect> outlines)
        : picture_(picture), outlines_(std::move(outlines)) {}

    /// The best of the candidates, or, where all of them lie upon other labels, the nearest free place.
    cv::Rect place(const std::vector<cv::Point>& candidates, cv::Size tag, std::size_t own) {
        cv::Rect best = inside(candidates.front(), tag);
        double best_cost = std::numeric_limits<double>::infinity();
        for (std::size_t k = 0; k < candidates.size(); ++k) {
            const cv::Rect place = inside(candidates[k], tag);
            // A place is worse for being late in the list, and for what pulled it inside the picture.
            const double cost = overlap_with_labels(place) * 100 + overlap_with_outlines(place, own) * 0.3 +
                                distance(place.tl(), candidates[k]) * tag.height +
                                0.02 * static_cast<double>(k) * tag.area();
            if (cost < best_cost) {
                best = place;
                best_cost = cost;
            }
        }
        if (overlap_with_labels(best) > 0) best = nearest_free(best);
        taken_.push_back(best);
        return best;
    }

  private:
    [[nodiscard]] cv::Rect inside(cv::Point position, cv::Size tag) const {
        return {std::clamp(position.x, 0, picture_.width - tag.width),
                std::clamp(position.y, 0, picture_.height - tag.height), tag.width, tag.height};
    }

    [[nodiscard]] double overlap_with_labels(const cv::Rect& place) const {
        double area = 0;
        for (const cv::Rect& other : taken_) area += (place & other).area();
        return area;
    }

    [[nodiscard]] double overlap_with_outlines(const cv::Rect& place, std::size_t own) const {
        double area = 0;
        for (std::size_t k = 0; k < outlines_.size(); ++k) {
            if (k != own) area += (place & outlines_[k]).area();
        }
        return area;
    }

    [[nodiscard]] cv::Rect nearest_free(const cv::Rect& wanted) const {
        const int step = std::max(1, wanted.height / 2);
        cv::Rect best = wanted;
        double best_cost = overlap_with_labels(wanted) * 1e6;
        for (int y = 0; y + wanted.height <= picture_.height; y += step) {
            for (int x = 0; x + wanted.width <= picture_.width; x += step) {
                const cv::Rect place({x, y}, wanted.size());
                const double far = distance(place.tl(), wanted.tl());
                if (far >= best_cost) continue;
                const double cost = overlap_with_labels(place) * 1e6 + far;
                if (cost < best_cost) {
                    best = place;
                    best_cost = cost;
                }
            }
        }
        return best;
    }

    cv::Size picture_;
    std::vector<cv::Rect> outlines_;
    std::vector<cv::Rect> taken_;
};

}  // namespace

std::vector<std::optional<Label>> place_labels(std::span<const LabelledOutline> outlines, cv::Size picture,
                                               const DrawingSizes& sizes) {
    std::vector<cv::Rect> boxes;
    for (const LabelledOutline& outline : outlines) boxes.push_back(bounds(outline.polygon));
    Placement placement(picture, boxes);
    const int reach = (sizes.line + 1) / 2 + sizes.casing;
    std::vector<std::optional<Label>> labels(outlines.size());
    for (std::size_t k = 0; k < outlines.size(); ++k) {
        const LabelledOutline& outline = outlines[k];
        const int margins = tag_size("", sizes.letter).width;
        const std::string text = fitted(outline.id, sizes.letter, picture.width - margins);
        const cv::Size tag = tag_size(text, sizes.letter);
        if (outline.polygon.empty() || text.empty() || 3 * tag.height > picture.height) continue;
        const std::vector<cv::Point> candidates = is_box(outline.polygon, boxes[k])
                                                      ? around_box(boxes[k], tag, reach)
                                                      : around_corners(outline.polygon, tag, reach);
        labels[k] = Label{text, placement.place(candidates, tag, k)};
    }
    return labels;
}

}  // namespace glimpse
