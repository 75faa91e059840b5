#include "maps/gaussian_footprint.hpp"

#include <algorithm>
#include <cmath>

namespace glimpse {

namespace {

/// Of exponents so large that their last digits are lost.
constexpr double rounding_of_exponents = 1e-12;

/// The nearest whole number that is one of an axis of so many pixels.
double clamped(double position, int size) {
    return std::clamp(std::nearbyint(position), 0.0, size - 1.0);
}

}  // namespace

GaussianFootprint::GaussianFootprint(const Point& centre, const SamplingPoints::Jacobian& jacobian,
                                     const Footprints::Gaussians& gaussians, Size image, double kept)
    : centre_(centre),
      image_(image),
      sees_image_alone_(gaussians.sees_image_alone),
      added_(gaussians.added),
      shape_({centre.x, centre.y}, jacobian, {gaussians.s.x, gaussians.s.y}) {
    const auto& [x, y] = jacobian;
    const Point s = gaussians.s;
    const auto& [first_x, first_y] = shape_.first;
    const auto& [second_x, second_y] = shape_.second;
    across_of_x_ = first_x * first_x + second_x * second_x;
    mixed_ = first_x * first_y + second_x * second_y;
    deviations_ = {std::hypot(x[0] * s.x, x[1] * s.y), std::hypot(y[0] * s.x, y[1] * s.y)};
    find_nearest();
    const double least = exponent(nearest_.x, nearest_.y);
    limit_ = least * (1 + rounding_of_exponents) + kept;
    vanishes_ = added_ > 0 && std::exp(-least) == 0;
}

double GaussianFootprint::nearest_in_row(double y) const {
    const double middle = middle_of_row(y);
    return sees_image_alone_ ? clamped(middle, image_.width) : std::nearbyint(middle);
}

void GaussianFootprint::find_nearest() {
    const double row = sees_image_alone_ ? clamped(centre_.y, image_.height) : std::nearbyint(centre_.y);
    nearest_ = {nearest_in_row(row), row};
    double least = exponent(nearest_.x, nearest_.y);
    // A row farther away than this has no less anywhere.
    const Positions rows =
        allowed(positions_around(centre_.y, deviations_.y * std::sqrt(2 * least)), image_.height);
    for (std::int64_t k = rows.begin; k < rows.end; ++k) {
        const auto y = static_cast<double>(k);
        const double x = nearest_in_row(y);
        const double one = exponent(x, y);
        if (one < least) {
            least = one;
            nearest_ = {x, y};
        }
    }
}

Positions GaussianFootprint::allowed(const Positions& positions, int size) const {
    if (!sees_image_alone_) return positions;
    return {std::max<std::int64_t>(positions.begin, 0), std::min<std::int64_t>(positions.end, size)};
}

Extent GaussianFootprint::bounds() const {
    const double reach = std::sqrt(2 * limit_);
    const Point r{deviations_.x * reach, deviations_.y * reach};
    return {centre_.x - r.x, centre_.y - r.y, centre_.x + r.x, centre_.y + r.y};
}

double GaussianFootprint::weights() const {
    const Positions all = rows();
    if (all.empty()) return 0;
    const double widest = 2 * std::sqrt(2 * limit_ / across_of_x_) + 1;
    const double columns = sees_image_alone_ ? std::min<double>(widest, image_.width) : widest;
    return static_cast<double>(all.end - all.begin) * columns;
}

Positions GaussianFootprint::rows() const {
    if (vanishes_) return {};
    return allowed(positions_around(centre_.y, deviations_.y * std::sqrt(2 * limit_)), image_.height);
}

Positions GaussianFootprint::columns(std::int64_t y) const {
    const auto row = static_cast<double>(y);
    const double of_row = (row - centre_.y) / deviations_.y;
    const double left = 2 * limit_ - of_row * of_row;
    if (left < 0) return {};
    return allowed(positions_around(middle_of_row(row), std::sqrt(left / across_of_x_)), image_.width);
}

GaussianFootprint::Scales GaussianFootprint::scales() const {
    double sum = 0;
    const Positions all = rows();
    for (std::int64_t y = all.begin; y < all.end; ++y) {
        const Positions run = columns(y);
        for (std::int64_t x = run.begin; x < run.end; ++x)
            sum += relative_weight(static_cast<double>(x), static_cast<double>(y));
    }
    const double added = added_ > 0 ? added_ * std::exp(exponent(nearest_.x, nearest_.y)) : 0;
    return 1 / (sum + added);
}

void GaussianFootprint::weigh(std::int64_t y, const Positions& columns, Scales scale, float* weights) const {
    for (std::int64_t x = columns.begin; x < columns.end; ++x) {
        *weights++ =
            static_cast<float>(scale * relative_weight(static_cast<double>(x), static_cast<double>(y)));
    }
}

}  // namespace glimpse
