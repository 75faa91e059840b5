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
#include "maps/taps.hpp"

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

/// The pixel that padding shows at a whole position; -1: none.
int pixel_at(const AxisSampler& axis, std::int64_t position) {
    if (position >= 0 && position < axis.size) return static_cast<int>(position);
    const AxisTaps taps = axis_taps(axis, static_cast<double>(position));
    return taps.count == 1 ? taps.index[0] : -1;
}

/// Hands on the weights of whole positions as those of the pixels that padding makes of them.
class PaddedSlopes {
  public:
    PaddedSlopes(SparseMatrixBuilder& builder, const Footprints& footprints, Size image)
        : builder_(builder),
          columns_{image.width, Interpolation::nearest, footprints.padding, footprints.mirror},
          rows_{image.height, Interpolation::nearest, footprints.padding, footprints.mirror} {}

    void add(std::int64_t x, std::int64_t y, double slope) {
        const int column = pixel_at(columns_, x);
        const int row = pixel_at(rows_, y);
        if (column >= 0 && row >= 0) builder_.add(column, row, slope);
    }

  private:
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

    void add_triangles(const MovingCell& cell) {
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

/// The triangles of one axis, of sum 1, and their derivatives.
struct AxisTriangles {
    AxisSampler axis;
    BandedMatrix weights;
    BandedMatrix slopes;

    explicit AxisTriangles(const AxisSampler& of) : axis(of), weights(of.size), slopes(of.size) {}

    void add(const Dual& centre, const Dual& half_width) {
        const Positions positions = positions_around(centre.value, half_width.value);
        std::vector<Dual> all;
        Dual sum;
        for (std::int64_t k = positions.begin; k < positions.end; ++k) {
            all.push_back(triangle((static_cast<double>(k) - centre) / half_width));
            sum += all.back();
        }
        RowBuilder row(weights);
        RowBuilder row_of_slopes(slopes);
        std::int64_t k = positions.begin;
        for (const Dual& one : all) {
            const int pixel = pixel_at(axis, k++);
            if (pixel < 0) continue;
            const Dual weight = one / sum;
            row.add(pixel, weight.value);
            row_of_slopes.add(pixel, weight.slope);
        }
        row.finish_row();
        row_of_slopes.finish_row();
    }
};

}  // namespace

std::vector<Separable> derivative_by_axes(const Footprints& footprints, Size image, Size glimpse,
                                          const FootprintMotion& motion) {
    const Affine* const matrix = footprints.points.affine();
    if (!matrix || footprints.gaussians || footprints.means) return {};
    const SamplingPoints::Jacobian j = jacobian(footprints, 0, 0, glimpse.width);
    const SamplingPoints::Jacobian of_j = motion.jacobians(0, 0);
    const bool stays_upright =
        matrix->axis_aligned() && j[0][1] == 0 && j[1][0] == 0 && of_j[0][1] == 0 && of_j[1][0] == 0;
    if (!stays_upright) return {};
    const PixelShape<Dual> shape(MovingCell({}, {}, j, of_j).jacobian);
    const auto axis = [&](int size) {
        return AxisSampler{size, Interpolation::nearest, footprints.padding, footprints.mirror};
    };
    AxisTriangles columns(axis(image.width));
    for (int k = 0; k < glimpse.width; ++k)
        columns.add({footprints.points.at(k, 0).x, motion.points(k, 0).x}, shape.upright[0]);
    AxisTriangles rows(axis(image.height));
    for (int k = 0; k < glimpse.height; ++k)
        rows.add({footprints.points.at(0, k).y, motion.points(0, k).y}, shape.upright[1]);
    std::vector<Separable> terms;
    const bool moves_rows = rows.slopes.weight_count() > 0;
    if (columns.slopes.weight_count() > 0 || !moves_rows) terms.push_back({rows.weights, columns.slopes});
    if (moves_rows) terms.push_back({rows.slopes, columns.weights});
    return terms;
}

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
