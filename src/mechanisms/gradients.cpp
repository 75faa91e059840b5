#include "glimpse/gradients.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "glimpse/error.hpp"
#include "maps/filters.hpp"
#include "maps/overloaded.hpp"
#include "maps/sample_slopes.hpp"
#include "maps/sparse_matrix.hpp"
#include "mechanisms/gaussian_gradients.hpp"
#include "mechanisms/moving_points.hpp"

namespace glimpse {

namespace {

using Gradients = std::vector<ParameterGradient>;

/// A derivative, whose padding is that of the glimpse.
Lowered term(const Lowered& glimpse, MapKind kind) {
    return {.map = {.image = glimpse.map.image, .glimpse = glimpse.map.glimpse, .kind = std::move(kind)},
            .full_weight = 0,
            .fill = glimpse.fill};
}

Gradients gradients_of(const Gaussian& gaussian, Size image) {
    return gradients(gaussian, image);
}

Gradients gradients_of(const SpatialTransformer& transformer, Size image) {
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
    const Lowered lowered = lower(transformer, image);
    const Size size = lowered.map.glimpse;
    const Samples samples{.points = sampling_points(transformer, image, size),
                          .interpolation = transformer.interpolation,
                          .padding = transformer.padding.value_or(Padding::zeros),
                          .mirror = transformer.align_corners ? Mirror::centres : Mirror::edges};
    Gradients all;
    for (MovingPoints& moving : moving_points(transformer, image, size)) {
        all.push_back({std::move(moving.parameter),
                       {term(lowered, derivative(samples, image, size, moving.velocity))}});
    }
    return all;
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

Gradients gradients_of(const Filter& filter, Size image) {
    const Lowered lowered = lower(filter, image);
    const auto& filters = std::get<Filters>(lowered.map.kind);
    if (!std::holds_alternative<std::vector<float>>(filters.weights)) {
        throw InvalidParameter("/file",
                               "filters of each pixel have as many numbers as it has, and a tap for each; "
                               "their gradients are not computed");
    }
    Gradients all;
    const std::size_t taps = std::get<std::vector<float>>(filters.weights).size();
    const auto side = static_cast<std::size_t>(filters.side);
    for (std::size_t tap = 0; tap < taps; ++tap) {
        all.push_back({"/kernel/" + std::to_string(tap / side) + "/" + std::to_string(tap % side),
                       {term(lowered, delta(filters, tap, image))}});
    }
    return all;
}

/// Of one sampling point with a weight: by its location along an axis, or by its weight.
Gradients gradients_of(const DeformablePoints& points, Size image) {
    const Lowered lowered = lower(points, image);
    Gradients all;
    for (std::size_t k = 0; k < points.points->size(); ++k) {
        const auto& [location, weight] = (*points.points)[k];
        const Point at{centre_from_edge(location.x * image.width),
                       centre_from_edge(location.y * image.height)};
        const Samples sample{.points = Affine{{{{0, 0, at.x}, {0, 0, at.y}}}}};
        const std::string place = "/points/" + std::to_string(k);
        const auto by = [&](const Point& moves) {
            return term(lowered, derivative(sample, image, {1, 1}, [&](int, int) { return moves; }));
        };
        all.push_back({place + "/0", {by({weight * image.width, 0})}});
        all.push_back({place + "/1", {by({0, weight * image.height})}});
        all.push_back({place + "/2", {term(lowered, sample)}});
    }
    return all;
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

[[noreturn]] Gradients gradients_of(const Crop& /*crop*/, Size /*image*/) {
    throw InvalidParameter(
        "",
        "a crop begins and ends at whole pixels: it has no gradient by its box, and is learnt "
        "by the score function (\"glimpse sample\"); a transformer or Gaussian attention "
        "with the same box has one");
}

[[noreturn]] Gradients gradients_of(const Retina& /*retina*/, Size /*image*/) {
    throw InvalidParameter(
        "",
        "a retina's windows are crops, which begin and end at whole pixels: it has no gradient "
        "by its centre, and is learnt by the score function (\"glimpse sample\")");
}

[[noreturn]] Gradients gradients_of(const Mask& /*mask*/, Size /*image*/) {
    throw InvalidParameter(
        "",
        "a mask has as many numbers as pixels, and the derivative by each is the image's own "
        "pixel; its gradients are not computed");
}

}  // namespace

std::vector<ParameterGradient> gradients(const Mechanism& mechanism, Size image) {
    Gradients all = std::visit([&](const auto& one) { return gradients_of(one, image); }, mechanism);
    for (const ParameterGradient& one : all) require_held(one);
    return all;
}

}  // namespace glimpse
