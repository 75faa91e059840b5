#include "mechanisms/log_polar.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

/// A warp in pixels of the image.
class Circles {
  public:
    Circles(const LogPolarWarp& warp, Size image) : centre_(warp.centre), radius_(warp.radius) {
        if (warp.units == Units::pixels) return;
        centre_ = {centre_.x * image.width, centre_.y * image.height};
        for (double& r : radius_) r *= std::min(image.width, image.height);
    }

    [[nodiscard]] const Point& centre() const { return centre_; }
    [[nodiscard]] double outer() const { return radius_[1]; }

    /// (cos, sin) at a share of a whole turn.
    [[nodiscard]] static Point direction(double turn) {
        const double angle = 2 * std::numbers::pi * turn;
        return {std::cos(angle), std::sin(angle)};
    }
    /// The radius at a share of the way from the inner to the outer circle.
    [[nodiscard]] double radius(double outwards) const {
        return radius_[0] * std::pow(radius_[1] / radius_[0], outwards);
    }
    /// Edge coordinates.
    [[nodiscard]] Point at(const Point& direction, double radius) const {
        return {centre_.x + radius * direction.x, centre_.y + radius * direction.y};
    }

    /// The way back, the turn in [0, 1).
    [[nodiscard]] Point shares(const Point& point) const {
        const Point d{point.x - centre_.x, point.y - centre_.y};
        const double turn = std::atan2(d.y, d.x) / (2 * std::numbers::pi);
        return {turn - std::floor(turn),
                std::log(std::hypot(d.x, d.y) / radius_[0]) / std::log(radius_[1] / radius_[0])};
    }

  private:
    Point centre_;
    std::array<double, 2> radius_;
};

class LogPolarInverse final : public InverseWarp {
  public:
    LogPolarInverse(const Circles& circles, Size glimpse) : circles_(circles), glimpse_(glimpse) {}

    [[nodiscard]] std::vector<Point> points(const Rectangle& pixels) const override {
        std::vector<Point> all;
        all.reserve(static_cast<std::size_t>(pixels.area()));
        for (int y = pixels.y; y < pixels.bottom(); ++y) {
            for (int x = pixels.x; x < pixels.right(); ++x) {
                const Point share = circles_.shares({edge_from_centre(x), edge_from_centre(y)});
                const bool is_seen = share.y >= 0 && share.y < 1;
                all.push_back(is_seen ? Point{centre_from_edge(share.x * glimpse_.width),
                                              centre_from_edge(share.y * glimpse_.height)}
                                      : nowhere);
            }
        }
        return all;
    }
    [[nodiscard]] bool goes_round() const override { return true; }

  private:
    static constexpr Point nowhere{std::numeric_limits<double>::quiet_NaN(),
                                   std::numeric_limits<double>::quiet_NaN()};
    Circles circles_;
    Size glimpse_;
};

std::vector<Point> border(const Circles& circles) {
    constexpr int corners = 128;  // of a circle, whose chords are 3e-4 of the radius away from it at most
    static const std::vector<Point> directions = [] {
        std::vector<Point> all;
        for (int k = 0; k <= corners; ++k) all.push_back(Circles::direction(double(k) / corners));
        return all;
    }();
    std::vector<Point> polygon;
    polygon.reserve(2 * directions.size());
    const double inner = circles.radius(0);
    const double outer = circles.radius(1);
    for (const Point& direction : directions) polygon.push_back(circles.at(direction, inner));
    for (int k = corners; k >= 0; --k) polygon.push_back(circles.at(directions[std::size_t(k)], outer));
    return polygon;
}

/// A point is made of what its row and its column share.
class LogPolarField final : public SamplingField {
  public:
    LogPolarField(const Circles& circles, Size glimpse) : circles_(circles) {
        for (int j = 0; j < glimpse.width; ++j)
            directions_.push_back(Circles::direction(edge_from_centre(j) / glimpse.width));
        for (int i = 0; i < glimpse.height; ++i)
            radii_.push_back(circles.radius(edge_from_centre(i) / glimpse.height));
    }

    [[nodiscard]] Size size() const override {
        return {static_cast<int>(directions_.size()), static_cast<int>(radii_.size())};
    }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override {
        std::vector<Point> row(directions_.size());
        for (const double radius : radii_) {
            std::ranges::transform(directions_, row.begin(),
                                   [&](const Point& direction) { return at(direction, radius); });
            visit(row);
        }
    }
    /// Rounded sums and products are monotone as well, so that no pixel lies beyond these.
    [[nodiscard]] std::optional<Extent> extent() const override {
        const auto [left, top, right, bottom] = glimpse::extent(directions_);
        const auto [inner, outer] = std::ranges::minmax(radii_);
        return glimpse::extent(std::array{at({left, top}, inner), at({left, top}, outer),
                                          at({right, bottom}, inner), at({right, bottom}, outer)});
    }
    [[nodiscard]] bool has_border() const override { return true; }
    [[nodiscard]] std::vector<Point> border() const override { return glimpse::border(circles_); }

  private:
    [[nodiscard]] Point at(const Point& direction, double radius) const {
        const auto [x, y] = circles_.at(direction, radius);
        return {centre_from_edge(x), centre_from_edge(y)};
    }

    Circles circles_;
    std::vector<Point> directions_;
    std::vector<double> radii_;
};

}  // namespace

void validate_log_polar(const LogPolarWarp& warp) {
    require_finite(std::array{warp.centre.x, warp.centre.y}, "/log_polar/centre");
    require_finite(warp.radius, "/log_polar/radius");
    const auto& [from, to] = warp.radius;
    if (from > 0 && from < to) return;
    throw InvalidParameter("/log_polar/radius", "the circles' radii are 0 < from < to, not " +
                                                    number_text(from) + " and " + number_text(to) +
                                                    ": the logarithm of 0 has no row");
}

Box outer_bounds(const LogPolarWarp& warp, Size image) {
    const Circles circles(warp, image);
    const double r = circles.outer();
    return {circles.centre().x - r, circles.centre().y - r, 2 * r, 2 * r};
}

SamplingPoints log_polar_points(const LogPolarWarp& warp, Size image, Size glimpse) {
    return SamplingPoints(std::make_shared<const LogPolarField>(Circles(warp, image), glimpse));
}

Point ray_to(const LogPolarWarp& warp, Size image, Size glimpse, int j, int i) {
    const Point direction = Circles::direction(edge_from_centre(j) / glimpse.width);
    const double radius = Circles(warp, image).radius(edge_from_centre(i) / glimpse.height);
    return {radius * direction.x, radius * direction.y};
}

std::shared_ptr<const InverseWarp> log_polar_inverse(const LogPolarWarp& warp, Size image, Size glimpse) {
    return std::make_shared<const LogPolarInverse>(Circles(warp, image), glimpse);
}

}  // namespace glimpse
