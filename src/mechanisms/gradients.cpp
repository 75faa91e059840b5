#include "glimpse/gradients.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "maps/filters.hpp"
#include "maps/footprint_slopes.hpp"
#include "maps/overloaded.hpp"
#include "maps/sample_slopes.hpp"
#include "mechanisms/crop_gradients.hpp"
#include "mechanisms/gaussian_gradients.hpp"
#include "mechanisms/gradient_terms.hpp"
#include "mechanisms/mask_gradients.hpp"
#include "mechanisms/transformer_gradients.hpp"
#include "mechanisms/transformer_samples.hpp"
#include "mechanisms/validation.hpp"
#include "mechanisms/wanted_gradients.hpp"

namespace glimpse {

namespace {

/// All gradients there are, whatever the numbers.
template <typename Any>
void require_gradients(const Any& /*mechanism*/, bool /*contracted*/) {}

void require_gradients(const Retina& /*retina*/, bool /*contracted*/) {
    refuse_whole_pixels("a retina's window");
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
                   [](const Weights& weights) { return cv::checkRange(weights.a); },
                   [](const WeightedSum& sum) { return cv::checkRange(sum.weights.a); },
                   [](const auto&) { return true; }},
        map.kind);
}

void require_held(const LinearMap& map, const std::string& parameter) {
    if (is_finite(map)) return;
    throw Error("float32 cannot hold the derivative by " + parameter +
                ": the glimpse changes too fast with it");
}

/// One tap alone, whatever the filters' own weights are.
Filters delta(const Filters& filters, std::size_t tap, Size image) {
    Filters one = filters;
    std::vector<float> weights(
        static_cast<std::size_t>(filters.side) * static_cast<std::size_t>(filters.side), 0.0F);
    weights[tap] = 1;
    one.weights = std::move(weights);
    const FilterExtent extent = extent_of(one, image);
    one.region = extent.region;
    one.least_sum = extent.least_sum;
    one.is_signed = false;
    return one;
}

void for_each_gradient(const Filter& filter, Size image, const VisitGradient& visit) {
    if (has_field(filter)) return;
    const Lowered lowered = lower(filter, image);
    const auto& filters = std::get<Filters>(lowered.map.kind);
    const std::size_t taps = std::get<std::vector<float>>(filters.weights).size();
    const auto side = static_cast<std::size_t>(filters.side);
    for (std::size_t tap = 0; tap < taps; ++tap) {
        visit({"/kernel/" + std::to_string(tap / side) + "/" + std::to_string(tap % side),
               {gradient_term(lowered, delta(filters, tap, image))}});
    }
}

/// Planes one after another become the numbers of each pixel.
std::vector<double> interleaved(const std::vector<cv::Mat>& planes) {
    std::vector<double> numbers;
    numbers.reserve(planes.size() * planes.front().total());
    for (int i = 0; i < planes.front().rows; ++i) {
        for (int j = 0; j < planes.front().cols; ++j) {
            for (const cv::Mat& plane : planes) numbers.push_back(plane.at<double>(i, j));
        }
    }
    return numbers;
}

std::vector<ArrayGradient> array_gradients(const Filter& filter, Size image) {
    if (!has_field(filter)) return {};
    const Lowered lowered = lower(filter, image);
    const int side = std::get<Filters>(lowered.map.kind).side;
    return {{.parameter = std::get<Filter::LocalForm>(filter.form).field->field(),
             .shape = {image.height, image.width, side, side},
             .count = side * side,
             .is_by_pixel = true,
             .part =
                 [lowered, image](int k) {
                     const auto& filters = std::get<Filters>(lowered.map.kind);
                     return gradient_term(lowered, delta(filters, static_cast<std::size_t>(k), image));
                 },
             .pulled_back = interleaved}};
}

/// What has no arrays.
template <typename Other>
std::vector<ArrayGradient> array_gradients(const Other& /*mechanism*/, Size /*image*/) {
    return {};
}

/// Of one sampling point with a weight: by its location along an axis, or by its weight.
void for_each_gradient(const DeformablePoints& points, Size image, const VisitGradient& visit) {
    const Lowered lowered = lower(points, image);
    for (std::size_t k = 0; k < points.points->size(); ++k) {
        const auto& [location, weight] = (*points.points)[k];
        const Point at{centre_from_edge(location.x * image.width),
                       centre_from_edge(location.y * image.height)};
        const Samples sample{.points = Affine{{{{0, 0, at.x}, {0, 0, at.y}}}}};
        const std::string place = "/points/" + std::to_string(k);
        const auto by = [&](const Point& moves) {
            return gradient_term(lowered, derivative(sample, image, {1, 1}, [&](int, int) { return moves; }));
        };
        visit({place + "/0", {by({weight * image.width, 0})}});
        visit({place + "/1", {by({0, weight * image.height})}});
        visit({place + "/2", {gradient_term(lowered, sample)}});
    }
}

/// What `require_gradients` refuses.
void for_each_gradient(const Retina& /*retina*/, Size /*image*/, const VisitGradient& /*visit*/) {}

/// The matrices of both axes, as they are and as two terms have them, at most without any zeros; or the
/// weights of a turned one.
std::int64_t gradient_memory(const Gaussian& gaussian, Size image, Size glimpse) {
    constexpr std::int64_t matrices = 3;
    constexpr std::int64_t as_lists_grow = 2;
    const auto* const box = std::get_if<Gaussian::BoxForm>(&gaussian.form);
    if (box && box->angle != 0) {
        const Lowered lowered = lower(gaussian, image);
        if (const auto* const footprints = std::get_if<Footprints>(&lowered.map.kind))
            return derivative_memory(*footprints, image, glimpse);
    }
    const std::int64_t weights =
        bounded_product(glimpse.width, image.width) + bounded_product(glimpse.height, image.height);
    return bounded_product(weights, matrices * as_lists_grow * std::int64_t{sizeof(float)});
}

template <typename Other>
std::int64_t gradient_memory(const Other& /*mechanism*/, Size /*image*/, Size /*glimpse*/) {
    return 0;
}

Size size_of_glimpse(const Gaussian& gaussian, Size image) {
    return size_of(gaussian, image);
}

Size size_of_glimpse(const SpatialTransformer& transformer, Size image) {
    return glimpse_size(transformer, image);
}

Size size_of_glimpse(const DeformablePoints& /*points*/, Size /*image*/) {
    return {1, 1};
}

/// Of masks and filters that of the image; of sampled crops they have one.
template <typename Other>
Size size_of_glimpse(const Other& mechanism, Size image) {
    return requested_size(mechanism).value_or(image);
}

/// How many values of an array's gradient are held at once for each pixel and channel, or without it.
std::int64_t planes_of(const Mechanism& mechanism) {
    constexpr std::int64_t of_field = 2;
    constexpr std::int64_t of_antialiased = 6;
    return std::visit(overloaded{[](const SpatialTransformer& transformer) -> std::int64_t {
                                     if (!has_field(transformer)) return 0;
                                     return transformer.antialias ? of_antialiased : of_field;
                                 },
                                 [](const Filter& filter) -> std::int64_t {
                                     const auto* const form = std::get_if<Filter::LocalForm>(&filter.form);
                                     if (!form) return 0;
                                     return std::int64_t{form->field->side()} * form->field->side();
                                 },
                                 [](const Mask& /*mask*/) -> std::int64_t { return 1; },
                                 [](const auto& /*other*/) -> std::int64_t { return 0; }},
                      mechanism);
}

}  // namespace

void require_gradients(const Mechanism& mechanism, bool contracted) {
    std::visit([&](const auto& one) { require_gradients(one, contracted); }, mechanism);
}

void for_each_gradient(const Mechanism& mechanism, Size image, const VisitGradient& visit,
                       bool beside_arrays) {
    require_gradients(mechanism, beside_arrays);
    const auto visit_held = [&](const ParameterGradient& gradient) {
        for (const Lowered& term : gradient.terms) require_held(term.map, gradient.parameter);
        visit(gradient);
    };
    std::visit(
        overloaded{[&](const Mask& mask) { for_each_gradient(mask, image, visit_held, beside_arrays); },
                   [&](const auto& one) { for_each_gradient(one, image, visit_held); }},
        mechanism);
}

void for_each_wanted_gradient(const Mechanism& mechanism, Size image, const WantsGradient& wants,
                              const VisitGradient& visit) {
    require_gradients(mechanism);
    const auto visit_held = [&](const ParameterGradient& gradient) {
        for (const Lowered& term : gradient.terms) require_held(term.map, gradient.parameter);
        visit(gradient);
    };
    const auto* const transformer = std::get_if<SpatialTransformer>(&mechanism);
    if (transformer) return for_each_gradient(*transformer, image, visit_held, wants);
    for_each_gradient(mechanism, image, [&](const ParameterGradient& gradient) {
        if (wants(gradient.parameter)) visit(gradient);
    });
}

std::vector<ParameterGradient> gradients(const Mechanism& mechanism, Size image) {
    std::vector<ParameterGradient> all;
    for_each_gradient(mechanism, image, [&](const ParameterGradient& one) { all.push_back(one); });
    return all;
}

std::vector<ArrayGradient> array_gradients(const Mechanism& mechanism, Size image) {
    require_gradients(mechanism, true);
    auto all = std::visit([&](const auto& one) { return array_gradients(one, image); }, mechanism);
    for (ArrayGradient& one : all) {
        one.part = [part = std::move(one.part), parameter = one.parameter](int k) {
            Lowered term = part(k);
            require_held(term.map, parameter);
            return term;
        };
    }
    return all;
}

std::int64_t gradient_memory(const Mechanism& mechanism, Size image, int channels, bool contracted) {
    try {
        const Size size = std::visit([&](const auto& one) { return size_of_glimpse(one, image); }, mechanism);
        constexpr std::int64_t values = 3;  // as each term is read, and their sum
        const std::int64_t planes = planes_of(mechanism);
        // Contracted, each plane is one of sums, and all of them once more as the array's numbers.
        const std::int64_t of_array = contracted ? bounded_product(2 * planes, sizeof(double))
                                                 : bounded_product(planes * channels, sizeof(float));
        const std::int64_t of_loss = contracted ? std::int64_t{channels} * std::int64_t{sizeof(double)} : 0;
        return bounded_product(size.area(),
                               values * channels * std::int64_t{sizeof(float)} + of_array + of_loss) +
               std::visit([&](const auto& one) { return gradient_memory(one, image, size); }, mechanism);
    } catch (const Error&) {
        return 0;  // `lower` says why there is none
    }
}

}  // namespace glimpse
