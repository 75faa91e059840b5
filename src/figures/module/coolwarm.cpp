#include "figures/module/coolwarm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace glimpse {

namespace {

using Triple = std::array<double, 3>;

// CIE 1931 2°, D65, of sRGB (IEC 61966-2-1).
constexpr Triple white{0.95047, 1, 1.08883};
constexpr std::array<Triple, 3> xyz_of_rgb{
    {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};
constexpr std::array<Triple, 3> rgb_of_xyz{
    {{3.2406, -1.5372, -0.4986}, {-0.9689, 1.8758, 0.0415}, {0.0557, -0.2040, 1.0570}}};

Triple product(const std::array<Triple, 3>& matrix, const Triple& vector) {
    Triple result{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t k = 0; k < 3; ++k) result[i] += matrix[i][k] * vector[k];
    }
    return result;
}

double linear(double value) {
    return value > 0.04045 ? std::pow((value + 0.055) / 1.055, 2.4) : value / 12.92;
}

double gamma_coded(double value) {
    return value > 0.0031308 ? 1.055 * std::pow(value, 1 / 2.4) - 0.055 : 12.92 * value;
}

/// CIELAB's root, and its inverse.
double root(double value) {
    return value > 0.008856 ? std::cbrt(value) : 7.787 * value + 16.0 / 116;
}

double cube(double value) {
    const double all = value * value * value;
    return all > 0.008856 ? all : (value - 16.0 / 116) / 7.787;
}

/// CIELAB in polar form: magnitude, saturation (the angle to the axis of greys) and hue.
struct Msh {
    double magnitude;
    double saturation;
    double hue;
};

Msh msh_of(const cv::Vec3b& colour) {
    Triple rgb{};
    for (std::size_t c = 0; c < 3; ++c) rgb[c] = linear(colour[static_cast<int>(c)] / 255.0);
    Triple f = product(xyz_of_rgb, rgb);
    for (std::size_t c = 0; c < 3; ++c) f[c] = root(f[c] / white[c]);
    const double lightness = 116 * f[1] - 16;
    const double a = 500 * (f[0] - f[1]);
    const double b = 200 * (f[1] - f[2]);
    const double magnitude = std::hypot(lightness, a, b);
    return {magnitude, std::acos(lightness / magnitude), std::atan2(b, a)};
}

cv::Vec3b colour_of(const Msh& msh) {
    const double lightness = msh.magnitude * std::cos(msh.saturation);
    const double a = msh.magnitude * std::sin(msh.saturation) * std::cos(msh.hue);
    const double b = msh.magnitude * std::sin(msh.saturation) * std::sin(msh.hue);
    const double f = (lightness + 16) / 116;
    const Triple xyz{white[0] * cube(f + a / 500), white[1] * cube(f), white[2] * cube(f - b / 200)};
    const Triple rgb = product(rgb_of_xyz, xyz);
    cv::Vec3b colour;
    for (std::size_t c = 0; c < 3; ++c) {
        const double value = 255 * gamma_coded(std::clamp(rgb[c], 0.0, 1.0));
        colour[static_cast<int>(c)] = static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
    }
    return colour;
}

/// The hue with which a grey of that magnitude is left for a colour, so that the way is no detour.
double hue_of_grey(const Msh& colour, double magnitude) {
    if (colour.magnitude >= magnitude) return colour.hue;
    const double spin = colour.saturation *
                        std::sqrt(magnitude * magnitude - colour.magnitude * colour.magnitude) /
                        (colour.magnitude * std::sin(colour.saturation));
    return colour.hue > -std::numbers::pi / 3 ? colour.hue + spin : colour.hue - spin;
}

/// The way from the grey in the middle, at 0, to a colour, at 1.
cv::Vec3b between(const Msh& colour, double grey, double t) {
    const double hue = hue_of_grey(colour, grey);
    return colour_of(
        {grey + t * (colour.magnitude - grey), t * colour.saturation, hue + t * (colour.hue - hue)});
}

}  // namespace

cv::Vec3b coolwarm(double u) {
    static const Msh cool = msh_of({59, 76, 192});
    static const Msh warm = msh_of({180, 4, 38});
    constexpr double least_grey = 88;
    const double grey = std::max({cool.magnitude, warm.magnitude, least_grey});
    return u < 0.5 ? between(cool, grey, 1 - 2 * u) : between(warm, grey, 2 * u - 1);
}

}  // namespace glimpse
