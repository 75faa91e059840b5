#include "figures/module/contours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <opencv2/core.hpp>
#include <string>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

/// Sides of a square, clockwise from the top.
enum Side : std::uint8_t { top, right, bottom, left };

/// An edge between neighbouring nodes: from (x, y) to the right, or down.
struct Edge {
    int x;
    int y;
    bool is_down;

    bool operator==(const Edge&) const = default;
};

/// The nodes of marching squares: pixels, around them the picture's border twice, as it is inside and as
/// nothing outside. Node (0, 0) is the pixel `origin`.
class Nodes {
  public:
    Nodes(const AttentionField& field, double level) : field_(field), level_(level) {
        // Beyond the place all is 0, which is enough of it: a node on each side.
        const cv::Rect place = field.place();
        first_ = {place.x == 0 ? -2 : place.x - 1, place.y == 0 ? -2 : place.y - 1};
        last_ = {place.br().x == field.picture().width ? place.br().x + 1 : place.br().x,
                 place.br().y == field.picture().height ? place.br().y + 1 : place.br().y};
    }

    [[nodiscard]] cv::Point first() const { return first_; }
    [[nodiscard]] cv::Size size() const { return {last_.x - first_.x + 1, last_.y - first_.y + 1}; }

    /// What is outside of the picture is nothing.
    [[nodiscard]] double value(int x, int y) const {
        const cv::Size picture = field_.picture();
        if (x < -1 || y < -1 || x > picture.width || y > picture.height) return 0;
        return field_.at(std::clamp(x, 0, picture.width - 1), std::clamp(y, 0, picture.height - 1));
    }
    [[nodiscard]] bool is_above(int x, int y) const { return value(x, y) > level_; }
    [[nodiscard]] bool is_crossed(const Edge& edge) const {
        return is_above(edge.x, edge.y) !=
               (edge.is_down ? is_above(edge.x, edge.y + 1) : is_above(edge.x + 1, edge.y));
    }

    /// Where the level is on a crossed edge.
    [[nodiscard]] Point crossing(const Edge& edge) const {
        const double from = value(edge.x, edge.y);
        const double to = edge.is_down ? value(edge.x, edge.y + 1) : value(edge.x + 1, edge.y);
        const double t = (level_ - from) / (to - from);
        const cv::Size picture = field_.picture();
        const double x = position(edge.x, picture.width);
        const double y = position(edge.y, picture.height);
        if (edge.is_down) return {x, y + t * (position(edge.y + 1, picture.height) - y)};
        return {x + t * (position(edge.x + 1, picture.width) - x), y};
    }

    /// The side by which a line that comes into a square by one of its sides leaves it.
    [[nodiscard]] Side way_out(int x, int y, Side in) const {
        const std::array<double, 4> corners{value(x, y), value(x + 1, y), value(x + 1, y + 1),
                                            value(x, y + 1)};
        const auto is_above = [&](std::size_t k) { return corners[k % 4] > level_; };
        std::array<bool, 4> crossed{};
        for (std::size_t k = 0; k < 4; ++k) crossed[k] = is_above(k) != is_above(k + 1);
        if (std::ranges::count(crossed, true) == 4) return around_a_corner(corners, in);
        for (const Side side : {top, right, bottom, left}) {
            if (crossed[side] && side != in) return side;
        }
        return in;
    }

  private:
    /// Of a saddle: around the corners on the other side than the mean.
    [[nodiscard]] Side around_a_corner(const std::array<double, 4>& corners, Side in) const {
        const double mean = (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
        const bool cuts_first = (corners[0] > level_) != (mean > level_);
        constexpr std::array<Side, 4> around_first{left, bottom, right, top};  // top-left and bottom-right
        constexpr std::array<Side, 4> around_second{right, top, left, bottom};
        return cuts_first ? around_first[in] : around_second[in];
    }

    /// In edge coordinates: those outside are where the border is.
    static double position(int node, int length) { return std::clamp(node + 0.5, 0.0, double(length)); }

    const AttentionField& field_;
    double level_;
    cv::Point first_;
    cv::Point last_;
};

/// Which edges lines have been followed over.
class Followed {
  public:
    explicit Followed(const Nodes& nodes)
        : first_(nodes.first()), across_(nodes.size(), CV_8U, cv::Scalar(0)), down_(across_.clone()) {}

    /// Whether it was not yet.
    bool add(const Edge& edge) {
        auto& flag = (edge.is_down ? down_ : across_).at<std::uint8_t>(edge.y - first_.y, edge.x - first_.x);
        const bool is_new = flag == 0;
        flag = 1;
        return is_new;
    }

  private:
    cv::Point first_;
    cv::Mat across_;
    cv::Mat down_;
};

Edge edge_of(int x, int y, Side side) {
    switch (side) {
        case top:
            return {x, y, false};
        case right:
            return {x + 1, y, true};
        case bottom:
            return {x, y + 1, false};
        default:
            return {x, y, true};
    }
}

/// Without points that are where the one before is, and those on a straight line.
void add_point(Ring& ring, const Point& point) {
    const auto is_between = [](const Point& a, const Point& b, const Point& c) {
        const bool is_straight = (b.x - a.x) * (c.y - b.y) == (b.y - a.y) * (c.x - b.x);
        return is_straight && (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y) >= 0;
    };
    if (ring.size() >= 2 && is_between(ring[ring.size() - 2], ring.back(), point)) ring.pop_back();
    ring.push_back(point);
}

/// From a crossed edge on, until it is reached again.
Ring ring_from(const Edge& start, const Nodes& nodes, Followed& known) {
    Ring ring;
    Edge edge = start;
    // The square below the edge, or on its right.
    int x = start.x;
    int y = start.y;
    do {
        known.add(edge);
        add_point(ring, nodes.crossing(edge));
        const Side in = edge.is_down ? (edge.x == x ? left : right) : (edge.y == y ? top : bottom);
        const Side out = nodes.way_out(x, y, in);
        edge = edge_of(x, y, out);
        x += out == right ? 1 : out == left ? -1 : 0;
        y += out == bottom ? 1 : out == top ? -1 : 0;
    } while (edge != start);
    return ring;
}

}  // namespace

AttentionField::AttentionField(const cv::Mat& attention, const cv::Rect& place, cv::Size picture)
    : place_(place), picture_(picture) {
    if (!attention.empty()) magnitudes_ = cv::abs(attention);
}

double AttentionField::at(int x, int y) const {
    if (!place_.contains(cv::Point(x, y))) return 0;
    return magnitudes_.at<float>(y - place_.y, x - place_.x);
}

std::vector<double> AttentionField::levels(const std::vector<double>& shares) const {
    std::vector<float> values;
    values.reserve(magnitudes_.total() + 1);
    for (int y = 0; y < magnitudes_.rows; ++y) {
        const auto* row = magnitudes_.ptr<float>(y);
        values.insert(values.end(), row, row + magnitudes_.cols);
    }
    if (place_.size() != picture_) values.push_back(0);
    std::ranges::sort(values, std::greater());
    double all = 0;
    for (const float value : values) all += value;
    if (!(all > 0)) return {};
    constexpr double rounding = 0x1p-12;
    std::vector<double> levels;
    for (const double share : shares) {
        auto last = values.begin();
        for (double sum = *last; sum < share * all && last + 1 != values.end();) sum += *++last;
        const double least = *last * (1 - rounding);
        const auto below =
            std::ranges::find_if(last, values.end(), [&](float value) { return !(value >= least); });
        const double next = below == values.end() ? 0 : *below;
        levels.push_back((*(below - 1) + next) / 2);
    }
    return levels;
}

std::vector<Ring> contour_lines(const AttentionField& field, double level, std::size_t room) {
    std::vector<Ring> rings;
    if (field.place().empty()) return rings;
    const Nodes nodes(field, level);
    Followed known(nodes);
    const cv::Rect all(nodes.first(), nodes.size());
    std::size_t points = 0;
    // Each line goes down somewhere, and the outermost nodes are all below the level.
    for (int y = all.y; y < all.br().y; ++y) {
        for (int x = all.x; x + 1 < all.br().x; ++x) {
            const Edge edge{x, y, false};
            if (!nodes.is_crossed(edge) || !known.add(edge)) continue;
            rings.push_back(ring_from(edge, nodes, known));
            points += rings.back().size();
            if (points > room) {
                throw Error("the contours of attention",
                            "have more than " + std::to_string(most_contour_points) +
                                " points over all masks of a figure, for it changes from pixel to pixel; "
                                "another " +
                                field_name("style.kind") + " shows it");
            }
        }
    }
    std::erase_if(rings, [](const Ring& ring) { return ring.size() < 3; });
    return rings;
}

}  // namespace glimpse
