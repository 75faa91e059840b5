#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"
#include "maps/axis_taps.hpp"
#include "maps/gaussian_footprint.hpp"
#include "maps/positions.hpp"
#include "maps/sampled_footprint.hpp"

// `Footprints`: antialiased samples, whose weights are computed where they are needed and never kept.

namespace glimpse {

/// The most weights of an antialiased glimpse, outside the image or not: 2^34.
constexpr double most_footprint_weights = 0x1p34;

/// The triangle: 1 - |t|, 0 from |t| = 1.
inline double triangle_kernel(double t) {
    return std::max(0.0, 1.0 - std::abs(t));
}

/// σ: how many pixels of the image the longest of all glimpse pixels' diameters has.
double greatest_singular_value(const SamplingPoints::Jacobian& jacobian);

/// Σ of the triangle that is `reach` wide on either side, over whole positions.
double sum_of_triangle(double centre, double reach);

/// The kernel a(d, J) of one glimpse pixel, as `Footprints` has it, before its sums are known.
class PixelFootprint {
  public:
    PixelFootprint(const Point& centre, const SamplingPoints::Jacobian& jacobian);

    /// A rectangle that it lies in; centre coordinates.
    [[nodiscard]] Extent bounds() const {
        return {centre_.x - reach_.x, centre_.y - reach_.y, centre_.x + reach_.x, centre_.y + reach_.y};
    }
    /// At least the number of its weights.
    [[nodiscard]] double weights() const;
    [[nodiscard]] Positions rows() const { return positions_around(centre_.y, reach_.y); }
    /// The columns of row y, from the first to the last that has a weight.
    [[nodiscard]] Positions columns(std::int64_t y) const;
    /// The same with those at which a kernel ends: weights of 0, which rise as it moves.
    [[nodiscard]] Positions columns_up_to_ends(std::int64_t y) const;

    /// By which each kernel is divided, and its share.
    struct Scales {
        double footprint;  ///< m / Σ footprint
        double upright;    ///< (1 - m) / Σ upright
    };
    [[nodiscard]] Scales scales() const;
    /// a(d, J) of row y.
    void weigh(std::int64_t y, const Positions& columns, const Scales& scales, float* weights) const;

  private:
    [[nodiscard]] double footprint(double x, double y) const {
        const double dx = x - centre_.x;
        const double dy = y - centre_.y;
        return triangle_kernel(across_.x * dx + across_.y * dy) *
               triangle_kernel(down_.x * dx + down_.y * dy);
    }
    /// The weights of row y, or the sum of `footprint` alone.
    double row(std::int64_t y, const Positions& columns, const Scales& scales, float* weights) const;
    [[nodiscard]] bool has_weight(double x, double y) const;
    [[nodiscard]] Positions columns_of_footprint(std::int64_t y) const;

    Point centre_;
    double share_;   ///< m
    Point across_;   ///< q_x s_x / max(1, s_x) = across · d
    Point down_;     ///< q_y s_y / max(1, s_y) = down · d
    Point upright_;  ///< max(1, r_x), max(1, r_y)
    Point reach_;    ///< of both kernels, as far as they have a share
};

using AnyFootprint = std::variant<PixelFootprint, GaussianFootprint, SampledFootprint>;

/// J of glimpse pixel (j, i) of a glimpse of that width.
inline SamplingPoints::Jacobian jacobian(const Footprints& footprints, int j, int i, int width) {
    if (footprints.points.affine()) return footprints.points.jacobian(j, i);
    return footprints.jacobians[static_cast<std::size_t>(i) * static_cast<std::size_t>(width) +
                                static_cast<std::size_t>(j)];
}

/// The weights of one glimpse pixel after the other, where padding brings them.
class FootprintTaps {
  public:
    FootprintTaps(const Footprints& footprints, const LinearMap& map)
        : footprints_(footprints),
          width_(map.glimpse.width),
          columns_{map.image.width, Interpolation::nearest, footprints.padding, footprints.mirror},
          rows_{map.image.height, Interpolation::nearest, footprints.padding, footprints.mirror} {}

    /// Calls visit(y, x, weights) for neighbouring pixels of the image from (x, y) on; pixels may repeat.
    template <typename Visit>
    void for_each_run(int j, int i, Visit&& visit) {
        if (const auto footprint = seen_footprint(j, i))
            std::visit([&](const auto& one) { visit_rows(one, visit); }, *footprint);
    }

    /// The smallest rectangle around the pixels that have a weight.
    [[nodiscard]] Rectangle support(int j, int i) const;
    /// The footprint of glimpse pixel (j, i); none where nothing of it can be seen.
    [[nodiscard]] std::optional<AnyFootprint> seen_footprint(int j, int i) const;

  private:
    [[nodiscard]] bool is_seen(const AnyFootprint& footprint) const;
    [[nodiscard]] Rectangle support_of(const auto& footprint) const;
    [[nodiscard]] Positions seen_rows(const auto& footprint) const {
        const Positions all = footprint.rows();
        return footprints_.padding == Padding::zeros ? within(all, rows_.size) : all;
    }
    static Positions within(const Positions& run, int size) {
        return {std::max<std::int64_t>(run.begin, 0), std::min<std::int64_t>(run.end, size)};
    }
    static int padded(const AxisSampler& axis, std::int64_t position) {
        if (position >= 0 && position < axis.size) return static_cast<int>(position);
        return static_cast<int>(std::nearbyint(taps::padded(axis, static_cast<double>(position))));
    }
    template <typename Visit>
    void visit_rows(const auto& footprint, Visit&& visit) {
        const auto scales = footprint.scales();
        const Positions rows = seen_rows(footprint);
        for (std::int64_t y = rows.begin; y < rows.end; ++y) {
            const Positions run = footprint.columns(y);
            if (run.empty()) continue;
            weights_.resize(static_cast<std::size_t>(run.end - run.begin));
            footprint.weigh(y, run, scales, weights_.data());
            visit_row(padded(rows_, y), run, visit);
        }
    }
    template <typename Visit>
    void visit_row(int y, const Positions& run, Visit&& visit) {
        const Positions inner = within(run, columns_.size);
        if (!inner.empty()) {
            visit(
                y, static_cast<int>(inner.begin),
                std::span<const float>(weights_).subspan(static_cast<std::size_t>(inner.begin - run.begin),
                                                         static_cast<std::size_t>(inner.end - inner.begin)));
        }
        if (footprints_.padding == Padding::zeros) return;
        for (std::int64_t x = run.begin; x < run.end; ++x) {
            if (x >= 0 && x < columns_.size) {
                x = columns_.size - 1;
                continue;
            }
            visit(y, padded(columns_, x),
                  std::span<const float>(weights_).subspan(static_cast<std::size_t>(x - run.begin), 1));
        }
    }

    const Footprints& footprints_;
    int width_;
    AxisSampler columns_;
    AxisSampler rows_;
    std::vector<float> weights_;  ///< of a row
};

/// Calls visit(i, j, y, x, weights) for the runs of every glimpse pixel, as `FootprintTaps` has them.
template <typename Visit>
void for_each_run(const Footprints& footprints, const LinearMap& map, Visit&& visit) {
    FootprintTaps taps(footprints, map);
    for (int i = 0; i < map.glimpse.height; ++i) {
        for (int j = 0; j < map.glimpse.width; ++j) {
            taps.for_each_run(
                j, i, [&](int y, int x, std::span<const float> weights) { visit(i, j, y, x, weights); });
        }
    }
}

/// Throws `Error` where so many weights are more than `most_footprint_weights`. `key`: what makes them so
/// many.
void require_weights(double weights, std::string_view key = "antialias");

/// At least the numbers of its weights.
struct MostWeights {
    double all = 0;
    double of_one = 0;  ///< of a glimpse pixel
};
MostWeights most_weights(const Footprints& footprints, const LinearMap& map);

/// Throws `Error` where the map needs more weights than `most_footprint_weights`, or a Jacobian is not
/// finite.
void require_computable(const Footprints& footprints, const LinearMap& map);

// What belongs to every kind: see maps/kinds.hpp.
Rectangle support(const Footprints& footprints, const LinearMap& map);
cv::Mat attention(const Footprints& footprints, const LinearMap& map, const Rectangle& support);
ImageRegion block_attention(const Footprints& footprints, const LinearMap& map, int n);
cv::Mat row_sums(const Footprints& footprints, const LinearMap& map);
double inside(const Footprints& footprints, const Lowered& lowered);
constexpr bool mixes_pixels(const Footprints& /*footprints*/) {
    return true;
}
MapKind shrunk(const Footprints& footprints, int n);
constexpr bool has_border(const Footprints& /*footprints*/) {
    return true;
}
constexpr bool is_signed(const Footprints& /*footprints*/) {
    return false;
}
std::vector<Point> outline(const Footprints& footprints, const Lowered& lowered);
double pitch(const Footprints& footprints, const Lowered& lowered);
std::int64_t multiply_adds(const Footprints& footprints, const LinearMap& map);
GLIMPSE_EXPORT cv::Mat read(const Footprints& footprints, const LinearMap& map, const ImageRegion& image,
                            int depth);
GLIMPSE_EXPORT ImageRegion write(const Footprints& footprints, const LinearMap& map, const cv::Mat& glimpse);

}  // namespace glimpse
