#include "maps/footprint_slopes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "maps/footprint_shapes.hpp"
#include "maps/footprints.hpp"
#include "maps/point_differences.hpp"
#include "maps/positions.hpp"
#include "maps/sparse_matrix.hpp"

namespace glimpse {

namespace {

/// Of derivatives, which fall off later: z² exp(-½ z²) is 1.1e-9 there.
constexpr double kept_exponent_of_slopes = 7.0 * 7.0 / 2;

/// T and J of a glimpse pixel, which move.
struct MovingCell {
    PairOf<Dual> centre;
    JacobianOf<Dual> jacobian;

    MovingCell(const Point& point, const Point& moves, const SamplingPoints::Jacobian& j,
               const SamplingPoints::Jacobian& of_j)
        : centre{Dual(point.x, moves.x), Dual(point.y, moves.y)} {
        for (std::size_t r = 0; r < 2; ++r) {
            for (std::size_t c = 0; c < 2; ++c) jacobian[r][c] = {j[r][c], of_j[r][c]};
        }
    }
};

/// The triangle, with the derivative that it has as t falls: to the right of its centre.
Dual triangle(const Dual& t) {
    const double rise = t.value <= -1 ? 0 : t.value <= 0 ? 1 : t.value <= 1 ? -1 : 0;
    return {triangle_kernel(t.value), rise * t.slope};
}

/// Hands on the weights of whole positions as those of the pixels that padding makes of them.
class PaddedSlopes {
  public:
    PaddedSlopes(SparseMatrixBuilder& builder, const Footprints& footprints, Size image)
        : builder_(builder),
          columns_{image.width, Interpolation::nearest, footprints.padding, footprints.mirror},
          rows_{image.height, Interpolation::nearest, footprints.padding, footprints.mirror} {}

    void add(std::int64_t x, std::int64_t y, double slope) {
        const int column = pixel(columns_, x);
        const int row = pixel(rows_, y);
        if (column >= 0 && row >= 0) builder_.add(column, row, slope);
    }

  private:
    /// -1: none.
    [[nodiscard]] static int pixel(const AxisSampler& axis, std::int64_t position) {
        if (position >= 0 && position < axis.size) return static_cast<int>(position);
        const AxisTaps taps = axis_taps(axis, static_cast<double>(position));
        return taps.count == 1 ? taps.index[0] : -1;
    }

    SparseMatrixBuilder& builder_;
    AxisSampler columns_;
    AxisSampler rows_;
};

/// The weights of one glimpse pixel after the other.
class FootprintSlopes {
  public:
    FootprintSlopes(const Footprints& footprints, Size image, const Point& of_s)
        : footprints_(footprints), image_(image), of_s_(of_s), builder_(image.width) {}

    void add(const MovingCell& cell) {
        if (footprints_.gaussians) {
            add_gaussian(cell);
        } else if (footprints_.means) {
            add_means(cell);
        } else {
            add_triangles(cell);
        }
        builder_.finish_row();
    }
    void add_nothing() { builder_.finish_row(); }
    [[nodiscard]] SparseMatrix matrix() && { return std::move(builder_).matrix(); }

  private:
    static Point values_of(const PairOf<Dual>& pair) { return {pair[0].value, pair[1].value}; }
    static SamplingPoints::Jacobian values_of(const JacobianOf<Dual>& j) {
        return {{{j[0][0].value, j[0][1].value}, {j[1][0].value, j[1][1].value}}};
    }

    /// Visits a footprint's positions, row by row.
    template <typename Columns, typename Visit>
    static void for_each_position(const Positions& rows, Columns&& columns, Visit&& visit) {
        for (std::int64_t y = rows.begin; y < rows.end; ++y) {
            const Positions run = columns(y);
            for (std::int64_t x = run.begin; x < run.end; ++x) visit(x, y);
        }
    }

    /// Whether it is upright and stays so, and hence the product of both axes.
    static bool is_product(const JacobianOf<Dual>& j) {
        const auto is_none = [](const Dual& number) { return number.value == 0 && number.slope == 0; };
        return is_none(j[0][1]) && is_none(j[1][0]);
    }

    /// The triangle of an axis at whole positions, of sum 1.
    struct AxisWeights {
        Positions places;
        std::vector<Dual> weights;

        AxisWeights(const Dual& centre, const Dual& half_width)
            : places(positions_around(centre.value, half_width.value)) {
            Dual sum;
            for (std::int64_t k = places.begin; k < places.end; ++k) {
                weights.push_back(triangle((static_cast<double>(k) - centre) / half_width));
                sum += weights.back();
            }
            for (Dual& weight : weights) weight = weight / sum;
        }
    };

    /// The same as `add_triangles`, in a fraction of its time.
    void add_product_of_triangles(const MovingCell& cell) {
        const PixelShape<Dual> shape(cell.jacobian);
        const AxisWeights columns(cell.centre[0], shape.upright[0]);
        const AxisWeights rows(cell.centre[1], shape.upright[1]);
        PaddedSlopes pixels(builder_, footprints_, image_);
        std::int64_t y = rows.places.begin;
        for (const Dual& down : rows.weights) {
            std::int64_t x = columns.places.begin;
            for (const Dual& across : columns.weights) pixels.add(x++, y, (across * down).slope);
            ++y;
        }
    }

    void add_triangles(const MovingCell& cell) {
        if (is_product(cell.jacobian)) return add_product_of_triangles(cell);
        const PixelFootprint footprint(values_of(cell.centre), values_of(cell.jacobian));
        const PixelShape<Dual> shape(cell.jacobian);
        const auto along = [&](const PairOf<Dual>& row, const Dual& dx, const Dual& dy) {
            return triangle(row[0] * dx + row[1] * dy);
        };
        const auto weights_at = [&](std::int64_t x, std::int64_t y) {
            const Dual dx = static_cast<double>(x) - cell.centre[0];
            const Dual dy = static_cast<double>(y) - cell.centre[1];
            PairOf<Dual> both{triangle(dx / shape.upright[0]) * triangle(dy / shape.upright[1]), Dual()};
            if (shape.share.value > 0) both[1] = along(shape.across, dx, dy) * along(shape.down, dx, dy);
            return both;
        };
        PairOf<Dual> sums{};
        weights_.clear();
        const auto columns = [&](std::int64_t y) { return footprint.columns_up_to_ends(y); };
        for_each_position(footprint.rows(), columns, [&](std::int64_t x, std::int64_t y) {
            weights_.push_back(weights_at(x, y));
            sums[0] += weights_.back()[0];
            sums[1] += weights_.back()[1];
        });
        auto weight = weights_.cbegin();
        // Beyond a share of 1 the positions of the upright kernel are not visited.
        const Dual of_upright = shape.share.value < 1 ? (1 - shape.share) / sums[0] : Dual();
        const Dual of_turned = shape.share.value > 0 ? shape.share / sums[1] : Dual();
        PaddedSlopes pixels(builder_, footprints_, image_);
        for_each_position(footprint.rows(), columns, [&](std::int64_t x, std::int64_t y) {
            const auto& [upright, turned] = *weight++;
            pixels.add(x, y, (of_upright * upright + of_turned * turned).slope);
        });
    }

    void add_gaussian(const MovingCell& cell) {
        const Footprints::Gaussians& gaussians = *footprints_.gaussians;
        const GaussianFootprint footprint(values_of(cell.centre), values_of(cell.jacobian), gaussians, image_,
                                          kept_exponent_of_slopes);
        const GaussianShape<Dual> shape(cell.centre, cell.jacobian,
                                        {Dual(gaussians.s.x, of_s_.x), Dual(gaussians.s.y, of_s_.y)});
        const Point nearest = footprint.nearest();
        const auto weight_at = [&](std::int64_t x, std::int64_t y) {
            return shape.relative_weight(static_cast<double>(x), static_cast<double>(y), nearest);
        };
        const auto columns = [&](std::int64_t y) { return footprint.columns(y); };
        Dual sum;
        weights_.clear();
        for_each_position(footprint.rows(), columns, [&](std::int64_t x, std::int64_t y) {
            weights_.push_back({weight_at(x, y), Dual()});
            sum += weights_.back()[0];
        });
        auto weight = weights_.cbegin();
        if (gaussians.added > 0) sum += gaussians.added * exp(shape.exponent(nearest.x, nearest.y));
        PaddedSlopes pixels(builder_, footprints_, image_);
        for_each_position(footprint.rows(), columns, [&](std::int64_t x, std::int64_t y) {
            pixels.add(x, y, ((*weight++)[0] / sum).slope);
        });
    }

    void add_means(const MovingCell& cell) {
        const Footprints::Means& means = *footprints_.means;
        const double share = 1.0 / means.across / means.down;
        const AxisSampler columns{image_.width, Interpolation::bilinear, Padding::border};
        const AxisSampler rows{image_.height, Interpolation::bilinear, Padding::border};
        for_each_sample(means, [&](double across, double down) {
            const auto& [of_x, of_y] = cell.jacobian;
            const Dual x = cell.centre[0] + of_x[0] * across + of_x[1] * down;
            const Dual y = cell.centre[1] + of_y[0] * across + of_y[1] * down;
            if (!counts({x.value, y.value}, image_)) return;
            add_product(axis_slopes(columns, x.value), axis_slopes(rows, y.value),
                        {share * x.slope, share * y.slope}, builder_);
        });
    }

    const Footprints& footprints_;
    Size image_;
    Point of_s_;
    SparseMatrixBuilder builder_;
    std::vector<PairOf<Dual>> weights_{};  ///< of one pixel's positions: of the upright kernel, and the other
};

}  // namespace

JacobianVelocity jacobian_by_differences(const Velocity& velocity, Size glimpse, bool is_affine) {
    return [velocity, glimpse, is_affine](int j, int i) -> SamplingPoints::Jacobian {
        const Size size = is_affine ? Size{2, 2} : glimpse;
        const int column = is_affine ? 0 : j;
        const int row = is_affine ? 0 : i;
        // Along an axis of a single pixel J is 1, whatever the points.
        const Point across = difference(column, size.width, {}, [&](int k) { return velocity(k, row); });
        const Point down = difference(row, size.height, {}, [&](int k) { return velocity(column, k); });
        return {{{across.x, down.x}, {across.y, down.y}}};
    };
}

std::int64_t derivative_memory(const Footprints& footprints, Size image, Size glimpse) {
    const MostWeights most = most_weights(footprints, {.image = image, .glimpse = glimpse, .kind = {}});
    const double farther = footprints.gaussians ? kept_exponent_of_slopes / kept_exponent : 1;
    // The weights of a pixel, and these once more with their places.
    constexpr std::size_t of_one = sizeof(PairOf<Dual>) + sizeof(PixelWeights::value_type);
    constexpr double as_lists_grow = 3;
    return sparse_memory(farther * most.all) +
           static_cast<std::int64_t>(as_lists_grow * farther * most.of_one * static_cast<double>(of_one));
}

SparseMatrix derivative(const Footprints& footprints, Size image, Size glimpse,
                        const FootprintMotion& motion) {
    FootprintSlopes slopes(footprints, image, motion.of_s);
    const LinearMap sizes{.image = image, .glimpse = glimpse, .kind = {}};
    const FootprintTaps taps(footprints, sizes);
    for (int i = 0; i < glimpse.height; ++i) {
        for (int j = 0; j < glimpse.width; ++j) {
            if (!taps.seen_footprint(j, i)) {
                slopes.add_nothing();
                continue;
            }
            slopes.add({footprints.points.at(j, i), motion.points(j, i),
                        jacobian(footprints, j, i, glimpse.width), motion.jacobians(j, i)});
        }
    }
    return std::move(slopes).matrix();
}

}  // namespace glimpse
