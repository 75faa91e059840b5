#include "glimpse/gradients.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "maps/filters.hpp"
#include "maps/overloaded.hpp"
#include "maps/sample_slopes.hpp"
#include "maps/sparse_matrix.hpp"
#include "mechanisms/gaussian_gradients.hpp"
#include "mechanisms/moving_points.hpp"

namespace glimpse {

namespace {

/// A derivative, whose padding is that of the glimpse.
Lowered term(const Lowered& glimpse, MapKind kind) {
    return {.map = {.image = glimpse.map.image, .glimpse = glimpse.map.glimpse, .kind = std::move(kind)},
            .full_weight = 0,
            .fill = glimpse.fill};
}

void require_gradients(const SpatialTransformer& transformer) {
    if (transformer.interpolation == Interpolation::nearest) {
        throw InvalidParameter("/interpolation",
                               "a glimpse of nearest neighbours changes in steps, and has no gradient; "
                               "bilinear and bicubic samples have one");
    }
    if (transformer.antialias) {
        throw InvalidParameter("/antialias",
                               "the gradients of antialiased samples are not computed; leave it out, "
                               "or take Gaussian attention");
    }
    if (!has_field(transformer)) return;
    const Warp& warp = *std::get<SpatialTransformer::WarpForm>(transformer.form).warp;
    throw InvalidParameter(std::holds_alternative<GridWarp>(warp) ? "/grid" : "/flow",
                           "a field has as many numbers as pixels; its gradients are not computed");
}

void require_gradients(const Filter& filter) {
    if (!has_field(filter)) return;
    throw InvalidParameter(std::get<Filter::LocalForm>(filter.form).field->field(),
                           "filters of each pixel have a number for each of its taps; their gradients are "
                           "not computed");
}

void require_gradients(const DeformablePoints& /*points*/) {}

[[noreturn]] void refuse_crops() {
    throw InvalidParameter(
        "",
        "the gradients of crops are not computed: windows of whole pixels have none, and are "
        "learnt by the score function; a transformer or Gaussian attention with the same box "
        "has some");
}

void require_gradients(const Crop& /*crop*/) {
    refuse_crops();
}

/// Its windows are crops.
void require_gradients(const Retina& /*retina*/) {
    refuse_crops();
}

void require_gradients(const Mask& /*mask*/) {
    throw InvalidParameter("", "the gradients of masks are not computed");
}

bool is_finite(const LinearMap& map) {
    const auto is_number = [](float weight) { return std::isfinite(weight); };
    const auto are_finite = [&](const BandedMatrix& axis) {
        return std::ranges::all_of(axis.storage().weights, is_number);
    };
    return std::visit(
        overloaded{[&](const Separable& axes) { return are_finite(axes.rows) && are_finite(axes.columns); },
                   [&](const SparseMatrix& matrix) {
                       return std::ranges::all_of(matrix.entries, is_number, &SparseMatrix::Entry::weight);
                   },
                   [](const auto&) { return true; }},
        map.kind);
}

/// Throws `Error` where float32 cannot hold it.
void require_held(const ParameterGradient& gradient) {
    for (const Lowered& term : gradient.terms) {
        if (is_finite(term.map)) continue;
        throw Error("float32 cannot hold the derivative by " + gradient.parameter +
                    ": the glimpse changes too fast with it");
    }
}

void visit_gradients(const Gaussian& gaussian, Size image, const VisitGradient& visit) {
    for_each_gradient(gaussian, image, visit);
}

void visit_gradients(const SpatialTransformer& transformer, Size image, const VisitGradient& visit) {
    const Lowered lowered = lower(transformer, image);
    const Size size = lowered.map.glimpse;
    const Samples samples{.points = sampling_points(transformer, image, size),
                          .interpolation = transformer.interpolation,
                          .padding = transformer.padding.value_or(Padding::zeros),
                          .mirror = transformer.align_corners ? Mirror::centres : Mirror::edges};
    for (const MovingPoints& moving : moving_points(transformer, image, size))
        visit({moving.parameter, {term(lowered, derivative(samples, image, size, moving.velocity))}});
}

/// One tap alone, whatever the filters' own weights are.
Filters delta(const Filters& filters, std::size_t tap, Size image) {
    Filters one = filters;
    std::vector<float> weights(static_cast<std::size_t>(filters.side * filters.side), 0.0F);
    weights[tap] = 1;
    one.weights = std::move(weights);
    const FilterExtent extent = extent_of(one, image);
    one.region = extent.region;
    one.least_sum = extent.least_sum;
    one.is_signed = false;
    return one;
}

void visit_gradients(const Filter& filter, Size image, const VisitGradient& visit) {
    const Lowered lowered = lower(filter, image);
    const auto& filters = std::get<Filters>(lowered.map.kind);
    const std::size_t taps = std::get<std::vector<float>>(filters.weights).size();
    const auto side = static_cast<std::size_t>(filters.side);
    for (std::size_t tap = 0; tap < taps; ++tap) {
        visit({"/kernel/" + std::to_string(tap / side) + "/" + std::to_string(tap % side),
               {term(lowered, delta(filters, tap, image))}});
    }
}

/// Of one sampling point with a weight: by its location along an axis, or by its weight.
void visit_gradients(const DeformablePoints& points, Size image, const VisitGradient& visit) {
    const Lowered lowered = lower(points, image);
    for (std::size_t k = 0; k < points.points->size(); ++k) {
        const auto& [location, weight] = (*points.points)[k];
        const Point at{centre_from_edge(location.x * image.width),
                       centre_from_edge(location.y * image.height)};
        const Samples sample{.points = Affine{{{{0, 0, at.x}, {0, 0, at.y}}}}};
        const std::string place = "/points/" + std::to_string(k);
        const auto by = [&](const Point& moves) {
            return term(lowered, derivative(sample, image, {1, 1}, [&](int, int) { return moves; }));
        };
        visit({place + "/0", {by({weight * image.width, 0})}});
        visit({place + "/1", {by({0, weight * image.height})}});
        visit({place + "/2", {term(lowered, sample)}});
    }
}

/// What `require_gradients` refuses.
template <typename Without>
void visit_gradients(const Without& /*mechanism*/, Size /*image*/, const VisitGradient& /*visit*/) {}

const ThinPlateWarp* plate_of(const SpatialTransformer& transformer) {
    const auto* const form = std::get_if<SpatialTransformer::WarpForm>(&transformer.form);
    return form ? std::get_if<ThinPlateWarp>(form->warp.get()) : nullptr;
}

/// The bytes for each pixel of the glimpse, and those of what its points are made of.
std::int64_t memory_of(const SpatialTransformer& transformer, Size /*image*/, Size glimpse) {
    const std::int64_t taps = transformer.interpolation == Interpolation::bicubic ? 16 : 4;
    constexpr std::int64_t as_lists_grow = 2;
    std::int64_t of_pixel = taps * as_lists_grow * std::int64_t{sizeof(SparseMatrix::Entry)} + sizeof(Point);
    std::int64_t of_plate = 0;
    if (const auto* const plate = plate_of(transformer)) {
        const auto equations = static_cast<std::int64_t>(plate->from.size()) + 3;
        of_pixel += equations * std::int64_t{sizeof(double)};
        of_plate = 2 * equations * equations * std::int64_t{sizeof(double) + sizeof(Point)};
    }
    return bounded_product(glimpse.area(), of_pixel) + of_plate;
}

/// The matrices of both axes, as they are and as two terms have them, at most without any zeros.
std::int64_t memory_of(const Gaussian& /*gaussian*/, Size image, Size glimpse) {
    constexpr std::int64_t matrices = 3;
    constexpr std::int64_t as_lists_grow = 2;
    const std::int64_t weights =
        bounded_product(glimpse.width, image.width) + bounded_product(glimpse.height, image.height);
    return bounded_product(weights, matrices * as_lists_grow * std::int64_t{sizeof(float)});
}

template <typename Other>
std::int64_t memory_of(const Other& /*mechanism*/, Size /*image*/, Size /*glimpse*/) {
    return 0;
}

/// That of a box or a quadrilateral.
Size own_size_of(const Gaussian& gaussian, Size image) {
    return rounded_size(in_pixels(std::get<Gaussian::BoxForm>(gaussian.form), image));
}

Size own_size_of(const SpatialTransformer& transformer, Size image) {
    if (const auto* const form = std::get_if<SpatialTransformer::WarpForm>(&transformer.form))
        return own_size(*form->warp, image);
    return rounded_size(in_pixels(std::get<SpatialTransformer::BoxForm>(transformer.form), image));
}

Size own_size_of(const DeformablePoints& /*points*/, Size /*image*/) {
    return {1, 1};
}

Size own_size_of(const Filter& /*filter*/, Size image) {
    return image;
}

template <typename Without>
Size own_size_of(const Without& /*mechanism*/, Size /*image*/) {
    return {};
}

}  // namespace

void require_gradients(const Mechanism& mechanism) {
    std::visit([](const auto& one) { require_gradients(one); }, mechanism);
}

void for_each_gradient(const Mechanism& mechanism, Size image, const VisitGradient& visit) {
    require_gradients(mechanism);
    const auto visit_held = [&](const ParameterGradient& gradient) {
        require_held(gradient);
        visit(gradient);
    };
    std::visit([&](const auto& one) { visit_gradients(one, image, visit_held); }, mechanism);
}

std::vector<ParameterGradient> gradients(const Mechanism& mechanism, Size image) {
    std::vector<ParameterGradient> all;
    for_each_gradient(mechanism, image, [&](const ParameterGradient& one) { all.push_back(one); });
    return all;
}

std::int64_t gradient_memory(const Mechanism& mechanism, Size image, int channels) {
    try {
        const std::optional<Size> requested = requested_size(mechanism);
        const auto own = [&](const auto& one) { return own_size_of(one, image); };
        const Size size = requested ? *requested : std::visit(own, mechanism);
        constexpr std::int64_t values = 3;  // as each term is read, and their sum
        return bounded_product(size.area(), values * channels * std::int64_t{sizeof(float)}) +
               std::visit([&](const auto& one) { return memory_of(one, image, size); }, mechanism);
    } catch (const InvalidParameter&) {
        return 0;  // `lower` says why it has no size
    }
}

}  // namespace glimpse
