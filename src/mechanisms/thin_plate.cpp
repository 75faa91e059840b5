#include "mechanisms/thin_plate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>

#include "glimpse/error.hpp"
#include "kernels/kernels.hpp"

namespace glimpse {

namespace {

double squared_distance(const Point& a, const Point& b) {
    return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

[[noreturn]] void fail_singular() {
    throw InvalidParameter(
        "/thin_plate/from",
        "the points lie in a line, or two of them at one place, so that they fix no surface");
}

}  // namespace

ThinPlate::ThinPlate(std::span<const Point> from, std::span<const Point> to) {
    const Extent around = extent(from);
    centre_ = {(around.left + around.right) / 2, (around.top + around.bottom) / 2};
    const double scale = std::max(around.right - around.left, around.bottom - around.top) / 2;
    if (!(scale > 0)) fail_singular();
    per_pixel_ = 1 / scale;
    for (const Point& point : from) from_.push_back(normalised(point));

    const int n = static_cast<int>(from.size());
    cv::Mat_<double> b(n + 3, 2, 0.0);
    for (int k = 0; k < n; ++k) {
        b(k, 0) = to[static_cast<std::size_t>(k)].x;
        b(k, 1) = to[static_cast<std::size_t>(k)].y;
    }
    cv::Mat_<double> solution;
    if (!cv::solve(equations(), b, solution, cv::DECOMP_LU)) fail_singular();
    const auto row = [&](int k) { return Point{solution(k, 0), solution(k, 1)}; };
    for (int k = 0; k < n; ++k) weights_.push_back(row(k));
    constant_ = row(n);
    of_x_ = row(n + 1);
    of_y_ = row(n + 2);
    // What is nearly singular is solved, but not by what was asked for.
    const Extent reached = extent(to);
    const double range = std::max({reached.right - reached.left, reached.bottom - reached.top, 1.0});
    constexpr double tolerance = 1e-9;
    for (std::size_t k = 0; k < from.size(); ++k) {
        if (std::sqrt(squared_distance((*this)(from[k]), to[k])) <= tolerance * range) continue;
        throw InvalidParameter("/thin_plate",
                               "the surface through its points cannot be computed: some are too near to each "
                               "other, or too far away");
    }
}

double ThinPlate::bending(const Point& p) {
    const double squared = p.x * p.x + p.y * p.y;
    return squared > 0 ? squared * std::log(squared) : 0;
}

cv::Mat_<double> ThinPlate::equations() const {
    const int n = static_cast<int>(from_.size());
    cv::Mat_<double> m(n + 3, n + 3, 0.0);
    for (int i = 0; i < n; ++i) {
        const Point& p = from_[static_cast<std::size_t>(i)];
        for (int k = 0; k < n; ++k) {
            const Point& other = from_[static_cast<std::size_t>(k)];
            m(i, k) = bending({p.x - other.x, p.y - other.y});
        }
        m(i, n) = m(n, i) = 1;
        m(i, n + 1) = m(n + 1, i) = p.x;
        m(i, n + 2) = m(n + 2, i) = p.y;
    }
    return m;
}

Point ThinPlate::operator()(const Point& point) const {
    const Point p = normalised(point);
    const std::array<double, plate_lanes> x{p.x};
    std::array<double, plate_lanes> sum_x;
    std::array<double, plate_lanes> sum_y;
    const Point start = affine({0, p.y});
    kernels().plate_row({&from_.front().x, &weights_.front().x, static_cast<int>(from_.size()), start.x,
                         start.y, of_x_.x, of_x_.y, x.data(), p.y, plate_lanes, sum_x.data(), sum_y.data()});
    return {sum_x.front(), sum_y.front()};
}

}  // namespace glimpse
