#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <numbers>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <vector>

#include "glimpse/geometry.hpp"
#include "glimpse/linear_map.hpp"
#include "glimpse/mechanisms/crop.hpp"

// What the mechanisms compute, written a second time, plainly and in float64, straight from the formulas and
// from PyTorch's documentation, without the library's taps, bands or matrices. Images have one channel.

namespace glimpse::reference {

using Values = cv::Mat_<double>;

// Gaussian attention

struct Filter {
    double u;
    double s;
    double d;
};

/// A[i, k] = m_ik / (Σ_k m_ik + epsilon). Without an epsilon, the softmax of the exponents, which long double
/// holds where float64 would lose the differences of large ones.
inline Values filter_matrix(const Filter& filter, int rows, int size, double epsilon) {
    Values a(rows, size, 0.0);
    std::vector<long double> exponents(static_cast<std::size_t>(size));
    for (int i = 0; i < rows; ++i) {
        const double centre = filter.u + i * filter.d;
        for (int k = 0; k < size; ++k) {
            const long double z = (static_cast<long double>(k) - centre) / filter.s;
            exponents[static_cast<std::size_t>(k)] = -z * z / 2;
        }
        const long double greatest = epsilon == 0 ? *std::ranges::max_element(exponents) : 0;
        long double mass = 0;
        for (const long double exponent : exponents) mass += std::exp(exponent - greatest);
        for (int k = 0; k < size; ++k) {
            a(i, k) = static_cast<double>(std::exp(exponents[static_cast<std::size_t>(k)] - greatest) /
                                          (mass + epsilon));
        }
    }
    return a;
}

/// g = A_y I A_xᵀ
inline Values gaussian(const Values& image, const Filter& x, const Filter& y, Size size, double epsilon) {
    return Values(filter_matrix(y, size.height, image.rows, epsilon) * image *
                  filter_matrix(x, size.width, image.cols, epsilon).t());
}

// Spatial transformer: torch.nn.functional.affine_grid and grid_sample

using Theta = std::array<std::array<double, 3>, 2>;

struct Sampling {
    bool align_corners;
    Interpolation interpolation;
    Padding padding;
};

/// affine_grid's normalised coordinate of glimpse pixel j of n.
inline double base_coordinate(int j, int n, bool align_corners) {
    if (n == 1) return 0;
    return align_corners ? -1 + 2.0 * j / (n - 1) : (2.0 * j + 1) / n - 1;
}

/// grid_sample's way from normalised coordinates to pixels.
inline double pixel_coordinate(double t, int size, bool align_corners) {
    return align_corners ? (t + 1) / 2 * (size - 1) : ((t + 1) * size - 1) / 2;
}

/// grid_sample's reflect_coordinates and clip_coordinates: folded back and forth until it lies between the
/// mirrors, then clipped.
inline double reflected(double position, int size, bool align_corners) {
    const double low = align_corners ? 0 : -0.5;
    const double high = align_corners ? size - 1 : size - 0.5;
    if (high == low) return 0;
    while (position < low || position > high) {
        position = position < low ? 2 * low - position : 2 * high - position;
    }
    return std::clamp(position, 0.0, size - 1.0);
}

inline double padded(double position, int size, const Sampling& sampling) {
    if (sampling.padding == Padding::border) return std::clamp(position, 0.0, size - 1.0);
    if (sampling.padding == Padding::reflection) return reflected(position, size, sampling.align_corners);
    return position;
}

inline double value_or_zero(const Values& image, double x, double y) {
    if (x < 0 || y < 0 || x >= image.cols || y >= image.rows) return 0;
    return image(static_cast<int>(y), static_cast<int>(x));
}

/// Keys 1981 in the form of the paper: |t| ≤ 1 and 1 < |t| < 2.
inline double keys(double t, double a = -0.75) {
    const double n = std::abs(t);
    if (n >= 2) return 0;
    if (n > 1) return a * n * n * n - 5 * a * n * n + 8 * a * n - 4 * a;
    return (a + 2) * n * n * n - (a + 3) * n * n + 1;
}

inline double sample_bilinear(const Values& image, double x, double y) {
    const double x0 = std::floor(x);
    const double y0 = std::floor(y);
    const double fx = x - x0;
    const double fy = y - y0;
    return (1 - fx) * (1 - fy) * value_or_zero(image, x0, y0) +
           fx * (1 - fy) * value_or_zero(image, x0 + 1, y0) +
           (1 - fx) * fy * value_or_zero(image, x0, y0 + 1) + fx * fy * value_or_zero(image, x0 + 1, y0 + 1);
}

/// Each of the 4×4 taps is padded for itself.
inline double sample_bicubic(const Values& image, double x, double y, const Sampling& sampling) {
    double sum = 0;
    for (double v = std::floor(y) - 1; v <= std::floor(y) + 2; ++v) {
        for (double u = std::floor(x) - 1; u <= std::floor(x) + 2; ++u) {
            sum += keys(x - u) * keys(y - v) *
                   value_or_zero(image, padded(u, image.cols, sampling), padded(v, image.rows, sampling));
        }
    }
    return sum;
}

inline double sample(const Values& image, double x, double y, const Sampling& sampling) {
    if (sampling.interpolation == Interpolation::bicubic) return sample_bicubic(image, x, y, sampling);
    x = padded(x, image.cols, sampling);
    y = padded(y, image.rows, sampling);
    if (sampling.interpolation == Interpolation::bilinear) return sample_bilinear(image, x, y);
    return value_or_zero(image, std::nearbyint(x), std::nearbyint(y));
}

/// grid_sample(image, affine_grid(theta, size))
inline Values spatial_transformer(const Values& image, const Theta& theta, Size size,
                                  const Sampling& sampling) {
    Values glimpse(size.height, size.width);
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            const double u = base_coordinate(j, size.width, sampling.align_corners);
            const double v = base_coordinate(i, size.height, sampling.align_corners);
            const double x = theta[0][0] * u + theta[0][1] * v + theta[0][2];
            const double y = theta[1][0] * u + theta[1][1] * v + theta[1][2];
            glimpse(i, j) = sample(image, pixel_coordinate(x, image.cols, sampling.align_corners),
                                   pixel_coordinate(y, image.rows, sampling.align_corners), sampling);
        }
    }
    return glimpse;
}

/// The homography that takes the outer corners of a glimpse to four points, edge coordinates: the solution of
/// eight equations, as `getPerspectiveTransform` has them.
inline cv::Matx33d homography(const std::array<Point, 4>& to, Size glimpse) {
    const std::array<Point, 4> from{{{0, 0},
                                     {double(glimpse.width), 0},
                                     {double(glimpse.width), double(glimpse.height)},
                                     {0, double(glimpse.height)}}};
    cv::Matx<double, 8, 8> a = cv::Matx<double, 8, 8>::zeros();
    cv::Matx<double, 8, 1> b;
    for (int k = 0; k < 4; ++k) {
        const auto [u, v] = from[static_cast<std::size_t>(k)];
        const auto [x, y] = to[static_cast<std::size_t>(k)];
        const std::array<double, 8> of_x{u, v, 1, 0, 0, 0, -u * x, -v * x};
        const std::array<double, 8> of_y{0, 0, 0, u, v, 1, -u * y, -v * y};
        for (int n = 0; n < 8; ++n) {
            a(2 * k, n) = of_x[static_cast<std::size_t>(n)];
            a(2 * k + 1, n) = of_y[static_cast<std::size_t>(n)];
        }
        b(2 * k) = x;
        b(2 * k + 1) = y;
    }
    const cv::Matx<double, 8, 1> h = a.solve(b, cv::DECOMP_SVD);
    return {h(0), h(1), h(2), h(3), h(4), h(5), h(6), h(7), 1};
}

/// The samples at the points of a homography, edge coordinates; what lies behind the viewer is 0.
inline Values projected(const Values& image, const cv::Matx33d& matrix, Size size, const Sampling& sampling) {
    Values glimpse(size.height, size.width);
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            const cv::Vec3d p = matrix * cv::Vec3d(j + 0.5, i + 0.5, 1);
            glimpse(i, j) = p[2] > 0 ? sample(image, p[0] / p[2] - 0.5, p[1] / p[2] - 0.5, sampling) : 0;
        }
    }
    return glimpse;
}

/// A point of the image, and how it moves with the glimpse's column and row.
struct Moving {
    cv::Vec2d point;
    cv::Matx22d jacobian;
};

/// Divides by the sum.
inline Values normalised(const Values& weights) {
    return Values(weights / cv::sum(weights)[0]);
}

/// One antialiased sample: both kernels on all positions up to `reach` around the point, each divided by its
/// sum, mixed, and padded tap by tap.
inline double sample_antialiased(const Values& image, const Moving& at, int reach, const Sampling& sampling) {
    const auto triangle = [](double t) { return std::max(0.0, 1 - std::abs(t)); };
    const cv::Matx22d& j = at.jacobian;
    const cv::Vec2d s(cv::norm(j.col(0)), cv::norm(j.col(1)));
    const cv::Vec2d r(cv::norm(j.row(0)), cv::norm(j.row(1)));
    cv::Vec2d singular;
    cv::SVD::compute(j, singular, cv::SVD::NO_UV);
    const double determinant = cv::determinant(j);
    const double thickness = determinant == 0 ? 0
                                              : std::min(std::max(1.0, s[0]), std::max(1.0, s[1])) *
                                                    std::abs(determinant) / (s[0] * s[1]);
    const double share = std::clamp(singular[0] - 1, 0.0, 1.0) * std::clamp(4 * thickness - 3, 0.0, 1.0) *
                         std::clamp(64 * std::min(s[0], s[1]) - 1, 0.0, 1.0);
    const cv::Matx22d inverse = determinant == 0 ? cv::Matx22d::zeros() : j.inv();
    const int left = static_cast<int>(std::floor(at.point[0])) - reach;
    const int top = static_cast<int>(std::floor(at.point[1])) - reach;
    Values turned(2 * reach + 2, 2 * reach + 2);
    Values upright(turned.size());
    for (int v = 0; v < turned.rows; ++v) {
        for (int u = 0; u < turned.cols; ++u) {
            const cv::Vec2d d(left + u - at.point[0], top + v - at.point[1]);
            const cv::Vec2d q = inverse * d;
            turned(v, u) =
                triangle(q[0] * s[0] / std::max(1.0, s[0])) * triangle(q[1] * s[1] / std::max(1.0, s[1]));
            upright(v, u) = triangle(d[0] / std::max(1.0, r[0])) * triangle(d[1] / std::max(1.0, r[1]));
        }
    }
    const Values weights = share == 0 ? normalised(upright)
                           : share == 1
                               ? normalised(turned)
                               : Values((1 - share) * normalised(upright) + share * normalised(turned));
    double sum = 0;
    for (int v = 0; v < turned.rows; ++v) {
        for (int u = 0; u < turned.cols; ++u) {
            if (weights(v, u) == 0) continue;
            sum += weights(v, u) * value_or_zero(image, padded(left + u, image.cols, sampling),
                                                 padded(top + v, image.rows, sampling));
        }
    }
    return sum;
}

// Crop

/// The cropped box as pixels, the padding in place of those outside the image; reflection at the outer edges.
inline Values cropped(const Values& image, const Rectangle& box, Padding padding) {
    const auto stand_in = [&](int k, int size) {
        if (padding == Padding::border) return std::clamp(k, 0, size - 1);
        while (padding == Padding::reflection && (k < 0 || k >= size)) k = k < 0 ? -1 - k : 2 * size - 1 - k;
        return k;
    };
    Values pixels(box.height, box.width);
    for (int y = 0; y < box.height; ++y) {
        for (int x = 0; x < box.width; ++x) {
            pixels(y, x) =
                value_or_zero(image, stand_in(box.x + x, image.cols), stand_in(box.y + y, image.rows));
        }
    }
    return pixels;
}

/// Row j has the weights of `length` pixels, by their distances from (j+½) s - ½.
using Weigh = std::function<double(double distance)>;

inline double centre_of(int j, int pixels, int length) {
    return (j + 0.5) * length / pixels - 0.5;
}

/// Pillow's `resize`, and torch's `interpolate` with `antialias`: a kernel widened by the scale when
/// shrinking, over the pixels that there are.
inline Values widened_matrix(int pixels, int length, const Weigh& kernel) {
    const double s = static_cast<double>(length) / pixels;
    Values weights(pixels, length);
    for (int j = 0; j < pixels; ++j) {
        for (int k = 0; k < length; ++k) {
            weights(j, k) = kernel((k - centre_of(j, pixels, length)) / std::max(1.0, s));
        }
        weights.row(j) /= cv::sum(weights.row(j))[0];
    }
    return weights;
}

/// torch's `interpolate` without `antialias`: the border is repeated, three pixels being enough.
inline Values sampled_matrix(int pixels, int length, const Weigh& kernel) {
    Values weights(pixels, length, 0.0);
    for (int j = 0; j < pixels; ++j) {
        for (int k = -3; k < length + 3; ++k) {
            weights(j, std::clamp(k, 0, length - 1)) += kernel(k - centre_of(j, pixels, length));
        }
    }
    return weights;
}

/// The mean of the image, constant on each pixel, over the cell [j s, (j+1) s].
inline Values area_matrix(int pixels, int length) {
    const double s = static_cast<double>(length) / pixels;
    Values weights(pixels, length);
    for (int j = 0; j < pixels; ++j) {
        for (int k = 0; k < length; ++k) {
            weights(j, k) = std::max(0.0, std::min((j + 1) * s, k + 1.0) - std::max(j * s, double(k))) / s;
        }
    }
    return weights;
}

/// sin(πt) / (πt) · sin(πt/3) / (πt/3)
inline double lanczos(double t) {
    const double angle = std::numbers::pi * t;
    if (t == 0) return 1;
    return std::abs(t) < 3 ? 3 * std::sin(angle) * std::sin(angle / 3) / (angle * angle) : 0;
}

inline Values resizing_matrix(int pixels, int length, Resampling resampling) {
    const auto triangle = [](double t) { return std::max(0.0, 1 - std::abs(t)); };
    switch (resampling) {
        case Resampling::bilinear:
            return widened_matrix(pixels, length, triangle);
        case Resampling::bicubic:
            return widened_matrix(pixels, length, [](double t) { return keys(t, -0.5); });
        case Resampling::lanczos:
            return widened_matrix(pixels, length, lanczos);
        case Resampling::area:
            return area_matrix(pixels, length);
        case Resampling::bilinear_samples:
            return sampled_matrix(pixels, length, triangle);
        case Resampling::bicubic_samples:
            return sampled_matrix(pixels, length, [](double t) { return keys(t, -0.75); });
        case Resampling::nearest:
            break;
    }
    throw std::logic_error("`nearest_crop` is for the nearest pixels");
}

inline Values resized_crop(const Values& image, const Rectangle& box, Size size, Padding padding,
                           Resampling resampling) {
    return Values(resizing_matrix(size.height, box.height, resampling) * cropped(image, box, padding) *
                  resizing_matrix(size.width, box.width, resampling).t());
}

/// RAM's glimpse of one scale (Mnih et al. 2014) as implementations have it: whole blocks of
/// `factor`×`factor` pixels of a window that begins at centre - ⌊side/2⌋, 0 outside the image, each averaged.
inline Values ram_glimpse(const Values& image, cv::Point centre, Size size, int factor) {
    const int left = centre.x - size.width * factor / 2;
    const int top = centre.y - size.height * factor / 2;
    Values glimpse(size.height, size.width, 0.0);
    for (int y = 0; y < size.height * factor; ++y) {
        for (int x = 0; x < size.width * factor; ++x) {
            glimpse(y / factor, x / factor) += value_or_zero(image, left + x, top + y) / (factor * factor);
        }
    }
    return glimpse;
}

/// Each glimpse pixel takes the pixel at ⌊x0 + (j+½) s⌋.
inline Values nearest_crop(const Values& image, const Rectangle& box, Size size, Padding padding) {
    const Values pixels = cropped(image, box, padding);
    Values glimpse(size.height, size.width);
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            // In whole numbers: ⌊(2j+1) width / (2w)⌋.
            glimpse(i, j) = pixels((2 * i + 1) * box.height / (2 * size.height),
                                   (2 * j + 1) * box.width / (2 * size.width));
        }
    }
    return glimpse;
}

// Dynamic filters

/// The pixel of an axis that stands for position k, by walking; none for -1.
inline int padded_position(int k, int size, Padding padding) {
    if (k >= 0 && k < size) return k;
    if (padding == Padding::zeros) return -1;
    if (padding == Padding::border) return k < 0 ? 0 : size - 1;
    return padded_position(k < 0 ? -1 - k : 2 * size - 1 - k, size, padding);
}

/// weight(i, j, u, v) is F.
inline Values filtered(const Values& image, int side, Padding padding,
                       const std::function<double(int, int, int, int)>& weight) {
    Values out(image.rows, image.cols, 0.0);
    for (int i = 0; i < image.rows; ++i) {
        for (int j = 0; j < image.cols; ++j) {
            for (int u = 0; u < side; ++u) {
                for (int v = 0; v < side; ++v) {
                    const int y = padded_position(i + u - side / 2, image.rows, padding);
                    const int x = padded_position(j + v - side / 2, image.cols, padding);
                    if (y >= 0 && x >= 0) out(i, j) += weight(i, j, u, v) * image(y, x);
                }
            }
        }
    }
    return out;
}

// Deformable attention

/// grid_sample's bilinear reading with zeros outside, at 2 loc - 1, the corners not aligned.
inline double bilinear_at(const Values& image, double x, double y) {
    const auto left = static_cast<int>(std::floor(x));
    const auto top = static_cast<int>(std::floor(y));
    double sum = 0;
    for (int row = top; row <= top + 1; ++row) {
        for (int column = left; column <= left + 1; ++column) {
            if (row < 0 || column < 0 || row >= image.rows || column >= image.cols) continue;
            sum += image(row, column) * (1 - std::abs(x - column)) * (1 - std::abs(y - row));
        }
    }
    return sum;
}

}  // namespace glimpse::reference
