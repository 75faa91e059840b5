#include "mechanisms/transformer_gradients.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "maps/footprints.hpp"
#include "maps/overloaded.hpp"
#include "maps/point_differences.hpp"
#include "maps/sampled.hpp"
#include "maps/sparse_matrix.hpp"
#include "mechanisms/field_warps.hpp"
#include "mechanisms/gradient_terms.hpp"
#include "mechanisms/moving_points.hpp"
#include "mechanisms/normalised.hpp"
#include "mechanisms/transformer_samples.hpp"

namespace glimpse {

namespace {

/// How a transformer reads the image, whose points may move.
class MovingSamples {
  public:
    MovingSamples(const SpatialTransformer& transformer, Size image)
        : lowered_(lower(transformer, image)),
          samples_(samples_of(transformer, image, lowered_.map.glimpse)) {
        if (transformer.antialias) {
            footprints_ =
                footprints_of(samples_, jacobians_of(samples_, transformer, image, lowered_.map.glimpse));
        }
        lowered_.map.kind = Window{};  // which no derivative has
    }

    [[nodiscard]] Size size() const { return lowered_.map.glimpse; }
    /// Whether it looks at more than the taps of its points.
    [[nodiscard]] bool has_footprints() const { return footprints_.has_value(); }

    [[nodiscard]] std::vector<Lowered> derivatives(const MovingPoints& moving) const {
        const bool is_affine = samples_.points.affine() != nullptr;
        const JacobianVelocity jacobian =
            moving.jacobian ? moving.jacobian : jacobian_by_differences(moving.velocity, size(), is_affine);
        std::vector<Lowered> terms;
        if (footprints_) {
            const FootprintMotion motion{moving.velocity, jacobian};
            for (Separable& term : derivative_by_axes(*footprints_, lowered_.map.image, size(), motion))
                terms.push_back(gradient_term(lowered_, std::move(term)));
        }
        if (terms.empty()) terms.push_back(derivative(moving.velocity, jacobian));
        return terms;
    }
    [[nodiscard]] Lowered derivative(const Velocity& velocity, const JacobianVelocity& jacobian) const {
        const Size image = lowered_.map.image;
        if (!footprints_)
            return gradient_term(lowered_, glimpse::derivative(samples_, image, size(), velocity));
        return gradient_term(lowered_,
                             glimpse::derivative(*footprints_, image, size(), {velocity, jacobian}));
    }

  private:
    Lowered lowered_;
    Samples samples_;
    std::optional<Footprints> footprints_{};
};

/// The field that a transformer has.
struct Field {
    std::string parameter;
    Size size;
    Point unit;  ///< image pixels of one of its numbers
};

Field field_of_warp(const SpatialTransformer& transformer, Size image) {
    const Warp& warp = *std::get<SpatialTransformer::WarpForm>(transformer.form).warp;
    if (const auto* const flow = std::get_if<FlowWarp>(&warp)) return {"/flow", flow->field->size(), {1, 1}};
    const auto& grid = std::get<GridWarp>(warp);
    const auto slope = [&](int size) {
        return grid.in_pixels ? 1.0 : to_pixels(size, transformer.align_corners).slope;
    };
    return {"/grid", grid.field->size(), {slope(image.width), slope(image.height)}};
}

/// The planes of an antialiased field, by the coordinates of its points and by their J.
constexpr int parts_of_footprints = 6;

/// Part k of a field: x, y, and of footprints ∂x/∂j, ∂x/∂i, ∂y/∂j, ∂y/∂i.
Lowered part_of_field(const MovingSamples& samples, const Point& unit, int k) {
    const Point moves{k == 0 ? unit.x : 0, k == 1 ? unit.y : 0};
    SamplingPoints::Jacobian jacobian{};
    if (k >= 2) {
        const auto n = static_cast<std::size_t>(k - 2);
        jacobian[n / 2][n % 2] = n < 2 ? unit.x : unit.y;
    }
    return samples.derivative([moves](int, int) { return moves; }, [jacobian](int, int) { return jacobian; });
}

/// Adds ∂L/∂x of each point by way of J, whose entries are differences of neighbours.
void add_differences(const cv::Mat& across, const cv::Mat& down, cv::Mat& sums) {
    for (int i = 0; i < sums.rows; ++i) {
        for (int j = 0; j < sums.cols; ++j) {
            const DifferenceEnds columns(j, sums.cols);
            if (columns.distance() > 0) {
                const double number = across.at<double>(i, j) / columns.distance();
                sums.at<double>(i, columns.after) += number;
                sums.at<double>(i, columns.before) -= number;
            }
            const DifferenceEnds rows(i, sums.rows);
            if (rows.distance() > 0) {
                const double number = down.at<double>(i, j) / rows.distance();
                sums.at<double>(rows.after, j) += number;
                sums.at<double>(rows.before, j) -= number;
            }
        }
    }
}

/// ∂L/∂F of planes, x before y.
std::vector<double> pulled_back_to_field(const std::vector<cv::Mat>& planes, Size field) {
    std::vector<cv::Mat> of_points;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        cv::Mat sums = planes[axis].clone();
        if (planes.size() == parts_of_footprints)
            add_differences(planes[2 + 2 * axis], planes[3 + 2 * axis], sums);
        const bool is_own = Size{sums.cols, sums.rows} == field;
        of_points.push_back(is_own ? sums : gathered_in_cells(sums, field));
    }
    std::vector<double> numbers;
    numbers.reserve(2 * static_cast<std::size_t>(field.area()));
    for (int i = 0; i < field.height; ++i) {
        for (int j = 0; j < field.width; ++j) {
            for (const cv::Mat& plane : of_points) numbers.push_back(plane.at<double>(i, j));
        }
    }
    return numbers;
}

const ThinPlateWarp* plate_of(const SpatialTransformer& transformer) {
    const auto* const form = std::get_if<SpatialTransformer::WarpForm>(&transformer.form);
    return form ? std::get_if<ThinPlateWarp>(form->warp.get()) : nullptr;
}

/// The bytes of a derivative.
std::int64_t derivative_memory(const SpatialTransformer& transformer, Size image, Size glimpse) {
    if (transformer.antialias) {
        const Samples samples = samples_of(transformer, image, glimpse);
        const auto footprints = footprints_of(samples, jacobians_of(samples, transformer, image, glimpse));
        if (footprints) return derivative_memory(*footprints, image, glimpse);
    }
    const int taps = transformer.interpolation == Interpolation::bicubic ? 16 : 4;
    return sparse_memory(taps * static_cast<double>(glimpse.area()));
}

}  // namespace

void require_gradients(const SpatialTransformer& transformer, bool contracted) {
    if (transformer.interpolation == Interpolation::nearest) {
        throw InvalidParameter("/interpolation",
                               "a glimpse of nearest neighbours changes in steps, and has no gradient; "
                               "bilinear and bicubic samples have one");
    }
    if (!contracted && transformer.antialias && has_field(transformer)) {
        throw InvalidParameter(
            "/antialias",
            "each pixel of an antialiased field depends on its neighbours' numbers, too, so that there is no "
            "array with the gradient of each by its own; " +
                field_name("vjp") + " makes one of the gradient of a loss");
    }
}

void for_each_gradient(const SpatialTransformer& transformer, Size image, const VisitGradient& visit,
                       const WantsGradient& wants) {
    if (has_field(transformer)) return;
    const MovingSamples samples(transformer, image);
    for (const MovingPoints& moving : moving_points(transformer, image, samples.size())) {
        if (!wants || wants(moving.parameter)) visit({moving.parameter, samples.derivatives(moving)});
    }
}

std::vector<ArrayGradient> array_gradients(const SpatialTransformer& transformer, Size image) {
    if (!has_field(transformer)) return {};
    const auto samples = std::make_shared<const MovingSamples>(transformer, image);
    const Field field = field_of_warp(transformer, image);
    return {{.parameter = field.parameter,
             .shape = {field.size.height, field.size.width, 2},
             .count = samples->has_footprints() ? parts_of_footprints : 2,
             .is_by_pixel = !samples->has_footprints(),
             .part = [samples, unit = field.unit](int k) { return part_of_field(*samples, unit, k); },
             .pulled_back =
                 [size = field.size](const std::vector<cv::Mat>& planes) {
                     return pulled_back_to_field(planes, size);
                 }}};
}

std::int64_t gradient_memory(const SpatialTransformer& transformer, Size image, Size glimpse) {
    std::int64_t of_pixel = sizeof(Point) + sizeof(SamplingPoints::Jacobian);
    std::int64_t of_plate = 0;
    if (const auto* const plate = plate_of(transformer)) {
        const auto equations = static_cast<std::int64_t>(plate->from.size()) + 3;
        of_pixel += equations * std::int64_t{sizeof(double)};
        of_plate = 2 * equations * equations * std::int64_t{sizeof(double) + sizeof(Point)};
    }
    return derivative_memory(transformer, image, glimpse) + bounded_product(glimpse.area(), of_pixel) +
           of_plate;
}

}  // namespace glimpse
