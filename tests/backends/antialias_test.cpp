#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <string>

#include "glimpse/mechanism.hpp"
#include "laws.hpp"

// Antialiased samples are continuous in θ: between any two maps of a path the weights change little by
// little, also where the map is lowered to another kind.

using namespace glimpse;

namespace {

constexpr Size picture{15, 13};

SpatialTransformer antialiased(Padding padding) {
    SpatialTransformer stn{{}, Size{1, 1}, {}, {}, {}, padding, {}};
    stn.antialias = true;
    return stn;
}

cv::Mat_<double> weights_of(const Affine& matrix, SpatialTransformer stn) {
    stn.form = SpatialTransformer::MatrixForm{matrix};
    const LinearMap map = lower(stn, picture).map;
    if (matrices_of(map).front() == MatrixOf::all) return laws::entries_of(map, MatrixOf::all);
    return laws::kronecker_product(laws::entries_of(map, MatrixOf::y), laws::entries_of(map, MatrixOf::x));
}

/// Σ |difference| of the weights.
double change(const cv::Mat_<double>& a, const cv::Mat_<double>& b) {
    return cv::norm(a, b, cv::NORM_L1);
}

using Path = std::function<Affine(double t)>;

/// The greatest change that is left when each of `steps` parts of the path is halved, each time to the half
/// with the greater change: a jump, wherever it is, keeps its height.
double greatest_jump(const Path& path, double from, double to, const SpatialTransformer& stn) {
    constexpr int steps = 60;
    constexpr int halvings = 26;
    double greatest = 0;
    for (int n = 0; n < steps; ++n) {
        double low = from + n * (to - from) / steps;
        double high = from + (n + 1) * (to - from) / steps;
        cv::Mat_<double> at_low = weights_of(path(low), stn);
        cv::Mat_<double> at_high = weights_of(path(high), stn);
        for (int k = 0; k < halvings; ++k) {
            const double middle = (low + high) / 2;
            const cv::Mat_<double> between = weights_of(path(middle), stn);
            if (change(at_low, between) > change(between, at_high)) {
                high = middle;
                at_high = between;
            } else {
                low = middle;
                at_low = between;
            }
        }
        greatest = std::max(greatest, change(at_low, at_high));
    }
    return greatest;
}

/// Columns of lengths s_x and s_y, the first one at `angle` and the second at `other` to it, radians.
Affine columns(double s_x, double s_y, double angle, double other) {
    return {{{{s_x * std::cos(angle), s_y * std::cos(angle + other), 7.3},
              {s_x * std::sin(angle), s_y * std::sin(angle + other), 5.8}}}};
}

/// 26 halvings of a 60th of a path leave some 1e-9 of it; float32 rounds a hundred weights by 3e-8 of 1.
constexpr double tolerance = 1e-5;

}  // namespace

TEST_CASE("antialiased samples are continuous in the angle, the scales and the shear") {
    constexpr double right = std::numbers::pi / 2;
    struct Named {
        std::string what;
        double from;
        double to;
        Path path;
    };
    const std::vector<Named> paths{
        {"turned, shrinking", -1.7, 1.7, [&](double t) { return columns(3, 2.5, t, right); }},
        {"turned, shrinking along one axis", -1.7, 1.7,
         [&](double t) { return columns(3.5, 0.4, t, right); }},
        {"turned, hardly shrinking", -1.7, 1.7, [&](double t) { return columns(1.3, 1.1, t, right); }},
        {"scaled, turned by 30 degrees", 0.5, 3, [&](double t) { return columns(t, t, 0.52, right); }},
        {"scaled along one axis to nothing", -0.5, 3, [&](double t) { return columns(3, t, 0.52, right); }},
        {"scaled to nothing and back, upright", -3, 3, [&](double t) { return columns(t, 2, 0, right); }},
        {"sheared to a line and beyond", -1.7, 1.7, [&](double t) { return columns(3, 2.2, 0.3, t); }},
        {"sheared while upright", -1.7, 1.7, [&](double t) { return columns(2.5, 2.5, 0, t); }},
        {"shifted", -20, 20, [](double t) {
             return Affine{{{{1.8, 0.7, 7 + t}, {-0.4, 2.6, 5 + t / 3}}}};
         }}};
    for (const Padding padding : {Padding::zeros, Padding::border, Padding::reflection}) {
        for (const Named& named : paths) {
            CAPTURE(named.what);
            CHECK(greatest_jump(named.path, named.from, named.to, antialiased(padding)) <= tolerance);
        }
    }
}

TEST_CASE("nearest pixels are not continuous, which the same search finds") {
    SpatialTransformer nearest = antialiased(Padding::zeros);
    nearest.antialias = false;
    nearest.interpolation = Interpolation::nearest;
    const auto shifted = [](double t) { return Affine{{{{1, 0.5, t}, {0, 1, 4}}}}; };
    CHECK(greatest_jump(shifted, 0, 9, nearest) >= 1);
}
