#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/gradients.hpp"
#include "glimpse/mechanisms/gaussian.hpp"
#include "glimpse/mechanisms/spatial_transformer.hpp"
#include "maps/matrix_entries.hpp"
#include "reference.hpp"

// Derivatives against the central differences of a float64 glimpse.

namespace glimpse::gradient_checks {

using reference::Values;

constexpr Size image_size{23, 17};

inline Values smooth_noise() {
    Values image(image_size.height, image_size.width);
    cv::RNG(7).fill(image, cv::RNG::UNIFORM, 0.0, 1.0);
    return image;
}

/// Every weight of a Gaussian that is turned, over the image or, padded, far beyond it.
inline Values turned_gaussian(const Mechanism& mechanism) {
    const auto& gaussian = std::get<Gaussian>(mechanism);
    const auto& form = std::get<Gaussian::BoxForm>(gaussian.form);
    const Values image = smooth_noise();
    const Affine matrix = box_to_image(in_pixels(form, image_size), *gaussian.size, form.angle);
    const cv::Matx22d inverse =
        cv::Matx22d(matrix.m[0][0], matrix.m[0][1], matrix.m[1][0], matrix.m[1][1]).inv();
    const int beyond = gaussian.outside ? 30 : 0;
    const reference::Sampling sampling{false, Interpolation::nearest,
                                       gaussian.outside ? gaussian.outside->padding : Padding::zeros};
    const double added = gaussian.normalise == Gaussian::Normalise::eps && !gaussian.outside ? 1e-8 : 0;
    Values glimpse(gaussian.size->height, gaussian.size->width, 0.0);
    for (int i = 0; i < glimpse.rows; ++i) {
        for (int j = 0; j < glimpse.cols; ++j) {
            const Point centre = matrix(j, i);
            double mass = added;
            for (int y = -beyond; y < image.rows + beyond; ++y) {
                for (int x = -beyond; x < image.cols + beyond; ++x) {
                    const cv::Vec2d q = inverse * cv::Vec2d(x - centre.x, y - centre.y);
                    const double of_y = q[1] / (form.sigma_y ? *form.sigma_y : form.sigma);
                    const double weight = std::exp(-0.5 * (std::pow(q[0] / form.sigma, 2) + of_y * of_y));
                    mass += weight;
                    glimpse(i, j) +=
                        weight * reference::value_or_zero(image, reference::padded(x, image.cols, sampling),
                                                          reference::padded(y, image.rows, sampling));
                }
            }
            glimpse(i, j) /= mass;
        }
    }
    return glimpse;
}

/// A map's matrix, or one of its two, in float64.
inline Values matrix_of(const LinearMap& map, MatrixOf which) {
    const MatrixShape shape = shape_of(map, which);
    Values matrix(static_cast<int>(shape.rows), static_cast<int>(shape.columns), 0.0);
    int row = 0;
    for_each_entry(
        map, which,
        [&](std::int64_t column, float weight) { matrix(row, static_cast<int>(column)) = weight; },
        [&] { ++row; });
    return matrix;
}

/// A I, and Σ|A| |I| as the measure of rounding.
struct Applied {
    Values values;
    Values magnitude;
};

inline Values applied(const LinearMap& map, const Values& image, bool magnitudes) {
    const auto matrix = [&](MatrixOf which) {
        const Values all = matrix_of(map, which);
        return magnitudes ? Values(cv::abs(all)) : all;
    };
    if (matrices_of(map).size() == 2) return Values(matrix(MatrixOf::y) * image * matrix(MatrixOf::x).t());
    const Values column(matrix(MatrixOf::all) * image.clone().reshape(1, static_cast<int>(image.total())));
    return Values(column.reshape(1, map.glimpse.height));
}

inline Applied applied(const ParameterGradient& gradient, const Values& image) {
    const Size size = gradient.terms.front().map.glimpse;
    Applied sum{Values(size.height, size.width, 0.0), Values(size.height, size.width, 0.0)};
    for (const Lowered& term : gradient.terms) {
        sum.values += applied(term.map, image, false);
        sum.magnitude += applied(term.map, image, true);
    }
    return sum;
}

using Glimpse64 = std::function<Values(const Mechanism&)>;

/// A mechanism of which the number that a pointer names has changed by so much.
using Moved = std::function<Mechanism(const std::string& parameter, double by)>;

/// Weights are float32, and beside its sums their products.
constexpr double of_float32 = 3e-7;
/// Of central differences in float64: rounding by the step, and the third derivative by its square.
constexpr double step = 1e-5;
constexpr double of_differences = 3e-8;

/// Whether a pixel lies so near to where its derivative jumps that differences do not tell it.
using IsAtKink = std::function<bool(int j, int i)>;

/// A pixel of the glimpses before, at and after a number's move.
struct Neighbours {
    double before;
    double middle;
    double after;
    double magnitude;  ///< of what the derivative sums up
};

/// Whether a derivative jumps between the two: of smooth functions their difference is far less.
inline bool has_kink(const Neighbours& all) {
    constexpr double of_jumps = 1e-4;
    return std::abs(all.after - 2 * all.middle + all.before) / (2 * step) > of_jumps * (all.magnitude + 1);
}

using SkipsPixel = std::function<bool(int j, int i, const Neighbours&)>;

/// Compares all gradients.
inline void compare_but(const Moved& moved, const Glimpse64& glimpse, const SkipsPixel& skips) {
    const Values image = smooth_noise();
    const Mechanism mechanism = moved("", 0);
    const Values middle = glimpse(mechanism);
    for (const ParameterGradient& gradient : gradients(mechanism, image_size)) {
        CAPTURE(gradient.parameter);
        const Values after = glimpse(moved(gradient.parameter, step));
        const Values before = glimpse(moved(gradient.parameter, -step));
        const Applied found = applied(gradient, image);
        REQUIRE(found.values.size() == middle.size());
        for (int i = 0; i < middle.rows; ++i) {
            for (int j = 0; j < middle.cols; ++j) {
                const double magnitude = found.magnitude(i, j);
                if (skips(j, i, {before(i, j), middle(i, j), after(i, j), magnitude})) continue;
                CAPTURE(i);
                CAPTURE(j);
                const double expected = (after(i, j) - before(i, j)) / (2 * step);
                const double tolerance = (of_float32 + of_differences) * (magnitude + 1);
                CHECK(std::abs(found.values(i, j) - expected) <= tolerance);
            }
        }
    }
}

inline void compare(
    const Moved& moved, const Glimpse64& glimpse,
    const IsAtKink& is_at_kink = [](int, int) { return false; }) {
    compare_but(moved, glimpse, [&](int j, int i, const Neighbours& /*all*/) { return is_at_kink(j, i); });
}

/// The same of what bends in many places, of which a few pixels of some hundreds may lie at one.
inline void compare_beside_kinks(const Moved& moved, const Glimpse64& glimpse) {
    int kinks = 0;
    int pixels = 0;
    compare_but(moved, glimpse, [&](int /*j*/, int /*i*/, const Neighbours& all) {
        ++pixels;
        kinks += has_kink(all) ? 1 : 0;
        return has_kink(all);
    });
    CHECK(pixels > 0);
    CHECK(kinks <= pixels / 20);
}

using Numbers = std::vector<std::pair<std::string, double*>>;

/// The one number of these that the pointer names.
inline double& named(const std::string& parameter, const Numbers& numbers) {
    static double none;
    for (const auto& [name, number] : numbers) {
        if (name == parameter) return *number;
    }
    CHECK_MESSAGE(parameter.empty(), parameter);
    return none;
}

/// Transformers of which the number that a pointer names has changed by so much.
inline SpatialTransformer with_moved_theta(const std::string& parameter, double by) {
    SpatialTransformer::ThetaForm form{{{{0.61, 0.23, 0.11}, {-0.17, 0.83, -0.29}}}};
    Numbers numbers;
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t c = 0; c < 3; ++c)
            numbers.emplace_back("/theta/" + std::to_string(r) + "/" + std::to_string(c), &form.theta[r][c]);
    }
    named(parameter, numbers) += by;
    SpatialTransformer stn;
    stn.form = form;
    return stn;
}

inline SpatialTransformer with_moved_scale(const std::string& parameter, double by) {
    SpatialTransformer::ScaleShiftForm form{{0.713, 0.611}, {0.231, -0.137}};
    named(parameter, {{"/scale/0", &form.scale[0]},
                      {"/scale/1", &form.scale[1]},
                      {"/shift/0", &form.shift[0]},
                      {"/shift/1", &form.shift[1]}}) += by;
    SpatialTransformer stn;
    stn.form = form;
    return stn;
}

inline SpatialTransformer with_moved_matrix(const Affine& matrix, const std::string& parameter, double by) {
    SpatialTransformer::MatrixForm form{matrix};
    Numbers numbers;
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t c = 0; c < 3; ++c)
            numbers.emplace_back("/matrix/" + std::to_string(r) + "/" + std::to_string(c),
                                 &form.matrix.m[r][c]);
    }
    named(parameter, numbers) += by;
    SpatialTransformer stn;
    stn.form = form;
    return stn;
}

}  // namespace glimpse::gradient_checks
