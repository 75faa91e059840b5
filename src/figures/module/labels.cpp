#include "figures/module/labels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>

#include "figures/module/captions.hpp"
#include "figures/module/rectangle_index.hpp"
#include "figures/module/text.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

cv::Rect bounds(const std::vector<Point>& polygon) {
    if (polygon.empty()) return {};
    const auto [left, top, right, bottom] = extent(polygon);
    const cv::Point low(nearest_edge(left), nearest_edge(top));
    return {low,
            cv::Point(std::max(low.x + 1, nearest_edge(right)), std::max(low.y + 1, nearest_edge(bottom)))};
}

/// Whether the polygon fills its bounding box.
bool is_box(const std::vector<Point>& polygon, const cv::Rect& around) {
    double twice_area = 0;
    for (std::size_t k = 0; k < polygon.size(); ++k) {
        const Point& a = polygon[k];
        const Point& b = polygon[(k + 1) % polygon.size()];
        twice_area += a.x * b.y - b.x * a.y;
    }
    return std::abs(twice_area) / 2 > 0.97 * around.area();
}

/// Candidates for a tag's top left corner around a box, best first: above, below, inside, beside.
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

/// Candidates for a tag's top left corner at the polygon's extreme points, then in its middle.
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

/// Candidates for the top left corner of a tag in the middle of which the line goes on.
std::vector<cv::Point> along_line(const std::vector<Point>& polygon, cv::Size tag) {
    constexpr std::size_t most = 64;
    const std::size_t step = ceil_div(polygon.size(), most);
    std::vector<cv::Point> candidates;
    for (std::size_t k = 0; k < polygon.size(); k += step) {
        candidates.emplace_back(nearest_edge(polygon[k].x) - tag.width / 2,
                                nearest_edge(polygon[k].y) - tag.height / 2);
    }
    return candidates;
}

std::vector<cv::Point> candidates_for(const LabelledOutline& outline, const cv::Rect& box, cv::Size tag,
                                      int reach) {
    if (is_box(outline.polygon, box)) return around_box(box, tag, reach);
    std::vector<cv::Point> candidates = around_corners(outline.polygon, tag, reach);
    if (outline.at_point) {
        // Those of several at about the same point are stacked.
        candidates.push_back(candidates[0] - cv::Point(0, tag.height));
        candidates.push_back(candidates[1] + cv::Point(0, tag.height));
    }
    if (!outline.on_line) return candidates;
    candidates.pop_back();  // the middle, where another line may be
    std::ranges::copy(along_line(outline.polygon, tag), std::back_inserter(candidates));
    return candidates;
}

double distance(cv::Point a, cv::Point b) {
    return std::hypot(a.x - b.x, a.y - b.y);
}

/// 0, step, 2 step, … below `end`, the nearest to `wanted` first.
std::vector<int> nearest_first(int end, int step, int wanted) {
    std::vector<int> values;
    for (int value = 0; value < end; value += step) values.push_back(value);
    std::ranges::stable_sort(values, {}, [&](int value) { return std::abs(value - wanted); });
    return values;
}

class Placement {
  public:
    Placement(cv::Size picture, const std::vector<cv::Rect>& outlines, int tag_height, double share)
        : picture_(picture),
          outlines_(outlines),
          outline_index_(picture, 2 * tag_height),
          taken_(picture, 2 * tag_height),
          area_left_(share * picture.width * picture.height) {
        for (const cv::Rect& outline : outlines) outline_index_.add(outline);
    }

    /// The candidate of least cost; where that overlaps a label, the nearest free place, or none for what
    /// belongs at its own place alone; none where no place is free or the labels' area is used up.
    std::optional<cv::Rect> place(const std::vector<cv::Point>& candidates, cv::Size tag, std::size_t own,
                                  bool only_there) {
        const double area = double(tag.width) * tag.height;
        if (area > area_left_) return {};
        std::optional<cv::Rect> best = best_candidate(candidates, tag, own);
        if (!is_free(*best)) best = only_there ? std::nullopt : nearest_free(*best);
        if (!best) return {};
        taken_.add(*best);
        area_left_ -= area;
        return best;
    }

  private:
    [[nodiscard]] cv::Rect best_candidate(const std::vector<cv::Point>& candidates, cv::Size tag,
                                          std::size_t own) const {
        cv::Rect best;
        double best_cost = std::numeric_limits<double>::infinity();
        for (std::size_t k = 0; k < candidates.size(); ++k) {
            const cv::Rect place = inside(candidates[k], tag);
            // A place costs more for being late in the list, and for having been moved inside the picture.
            const double cost =
                double(taken_.overlap(place)) * 100 + overlap_with_outlines(place, own) * 0.3 +
                distance(place.tl(), candidates[k]) * tag.height + 0.02 * static_cast<double>(k) * tag.area();
            if (cost < best_cost) {
                best = place;
                best_cost = cost;
            }
        }
        return best;
    }

    [[nodiscard]] cv::Rect inside(cv::Point position, cv::Size tag) const {
        return {std::clamp(position.x, 0, picture_.width - tag.width),
                std::clamp(position.y, 0, picture_.height - tag.height), tag.width, tag.height};
    }

    [[nodiscard]] bool is_free(const cv::Rect& place) const { return taken_.overlap(place) == 0; }

    [[nodiscard]] double overlap_with_outlines(const cv::Rect& place, std::size_t own) const {
        return double(outline_index_.overlap(place) - (place & outlines_[own]).area());
    }

    [[nodiscard]] std::optional<cv::Rect> nearest_free(const cv::Rect& wanted) const {
        const int step = std::max(1, wanted.height / 2);
        const std::vector<int> columns = nearest_first(picture_.width - wanted.width + 1, step, wanted.x);
        std::optional<cv::Rect> best;
        double nearest = std::numeric_limits<double>::infinity();
        for (const int y : nearest_first(picture_.height - wanted.height + 1, step, wanted.y)) {
            if (std::abs(y - wanted.y) >= nearest) break;
            for (const int x : columns) {
                const double far = distance({x, y}, wanted.tl());
                if (far >= nearest) break;
                const cv::Rect place({x, y}, wanted.size());
                if (!is_free(place)) continue;
                best = place;
                nearest = far;
            }
        }
        return best;
    }

    cv::Size picture_;
    const std::vector<cv::Rect>& outlines_;
    RectangleIndex outline_index_;
    RectangleIndex taken_;
    double area_left_;  ///< for labels, in pixels
};

/// The labels' share of the picture; in a crowd, each label tells less.
double largest_share(std::size_t outlines) {
    return std::sqrt(crowding(outlines)) / 3;
}

}  // namespace

std::vector<std::optional<Label>> place_labels(std::span<const LabelledOutline> outlines, cv::Size picture,
                                               const DrawingSizes& sizes) {
    std::vector<cv::Rect> boxes;
    for (const LabelledOutline& outline : outlines) boxes.push_back(bounds(outline.polygon));
    const int margins = tag_size("", sizes.letter).width;
    const int tag_height = tag_size("", sizes.letter).height;
    // A wider one would hide a whole stripe of the picture.
    const int widest = std::min(picture.width, std::max(picture.width / 2, 20 * sizes.letter)) - margins;
    const auto seen = std::ranges::count_if(outlines, [](const auto& each) { return !each.polygon.empty(); });
    Placement placement(picture, boxes, tag_height, largest_share(static_cast<std::size_t>(seen)));
    const int reach = (sizes.line + 1) / 2 + sizes.casing;
    std::vector<std::string> visible(outlines.size());
    for (std::size_t k = 0; k < outlines.size(); ++k) {
        if (!outlines[k].polygon.empty()) visible[k] = outlines[k].label;
    }
    const std::vector<std::string> texts = elided_apart(visible, sizes.letter, widest);
    std::vector<std::optional<Label>> labels(outlines.size());
    for (std::size_t k = 0; k < outlines.size(); ++k) {
        const LabelledOutline& outline = outlines[k];
        if (outline.polygon.empty() || 3 * tag_height > picture.height) continue;
        const std::string& text = texts[k];
        if (text.empty()) continue;
        const cv::Size tag = tag_size(text, sizes.letter);
        const std::vector<cv::Point> candidates = candidates_for(outline, boxes[k], tag, reach);
        const bool only_there = outline.on_line || outline.at_point;
        if (const auto place = placement.place(candidates, tag, k, only_there))
            labels[k] = Label{text, *place};
    }
    return labels;
}

}  // namespace glimpse
