#include "mechanisms/plate_motion.hpp"

#include <cmath>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

/// ∂U(|p|)/∂x or ∂/∂y.
double slope_of_bending(const Point& p, bool along_x) {
    const double q = p.x * p.x + p.y * p.y;
    return q > 0 ? 2 * (along_x ? p.x : p.y) * (std::log(q) + 1) : 0;
}

Point difference(const Point& a, const Point& b) {
    return {a.x - b.x, a.y - b.y};
}

void add(Point& sum, double factor, const Point& p) {
    sum.x += factor * p.x;
    sum.y += factor * p.y;
}

}  // namespace

PlateMotion::PlateMotion(ThinPlate plate) : plate_(std::move(plate)) {
    if (cv::invert(plate_.equations(), inverse_, cv::DECOMP_LU) == 0)
        throw InvalidParameter("/thin_plate/from", "the points fix no surface");
    for (const bool along_x : {true, false}) {
        for (std::size_t k = 0; k < count(); ++k) changes_.push_back(change_of_equations(k, along_x));
    }
}

std::vector<Point> PlateMotion::change_of_equations(std::size_t k, bool along_x) const {
    const std::size_t n = count();
    const std::vector<Point>& a = plate_.from_;
    const std::vector<Point>& w = plate_.weights_;
    std::vector<Point> change(n + 3);
    change[k] = along_x ? plate_.of_x_ : plate_.of_y_;
    for (std::size_t i = 0; i < n; ++i) {
        const double slope = slope_of_bending(difference(a[k], a[i]), along_x);
        if (i == k) continue;
        add(change[i], slope, w[k]);
        add(change[k], slope, w[i]);
    }
    change[n + (along_x ? 1 : 2)] = w[k];
    return change;
}

std::vector<double> PlateMotion::shares(const Point& point) const {
    const Point p = plate_.normalised(point);
    const int n = static_cast<int>(count());
    cv::Mat_<double> terms(n + 3, 1);
    for (int k = 0; k < n; ++k)
        terms(k, 0) = ThinPlate::bending(difference(p, plate_.from_[static_cast<std::size_t>(k)]));
    terms(n, 0) = 1;
    terms(n + 1, 0) = p.x;
    terms(n + 2, 0) = p.y;
    return cv::Mat_<double>(inverse_ * terms);
}

Point PlateMotion::by_from(std::size_t k, bool along_x, const Point& point,
                           const std::vector<double>& shares) const {
    const Point p = plate_.normalised(point);
    Point sum{};
    add(sum, -slope_of_bending(difference(p, plate_.from_[k]), along_x), plate_.weights_[k]);
    const std::vector<Point>& change = changes_[along_x ? k : count() + k];
    for (std::size_t i = 0; i < change.size(); ++i) add(sum, -shares[i], change[i]);
    return {sum.x * plate_.per_pixel_, sum.y * plate_.per_pixel_};
}

}  // namespace glimpse
