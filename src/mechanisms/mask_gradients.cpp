#include "mechanisms/mask_gradients.hpp"

#include <cmath>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/mechanisms/gaussian.hpp"
#include "glimpse/memory_budget.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/gradient_terms.hpp"
#include "mechanisms/mask_changes.hpp"

namespace glimpse {

namespace {

/// The map that a mask is made from; none of another form.
struct GivenMap {
    std::string parameter;
    cv::Mat values;
};

std::optional<GivenMap> map_of(const Mask& mask) {
    if (const auto* const grid = std::get_if<Mask::GridForm>(&mask.form))
        return GivenMap{"/grid", grid->values};
    const auto* const file = std::get_if<Mask::FileForm>(&mask.form);
    if (!file) return std::nullopt;
    return GivenMap{std::string(file->array ? file->array->field() : "/file"), file->values};
}

/// How many numbers it has, as far as that is known before a file is read.
std::int64_t count_of(const Mask& mask) {
    return std::visit(
        overloaded{[](const Mask::FileForm& form) {
                       return form.values.empty() && form.array
                                  ? form.array->size().area()
                                  : static_cast<std::int64_t>(form.values.total());
                   },
                   [](const Mask::GridForm& form) { return static_cast<std::int64_t>(form.values.total()); },
                   [](const Mask::VectorForm& form) {
                       return static_cast<std::int64_t>(form.x.size() + form.y.size());
                   },
                   [](const auto& /*form*/) { return std::int64_t{0}; }},
        mask.form);
}

/// The key of what makes the weights.
std::string key_of(const Mask& mask) {
    const auto map = map_of(mask);
    return map ? map->parameter : "/x";
}

void require_few(const Mask& mask) {
    if (count_of(mask) <= most_single_numbers) return;
    throw InvalidParameter(key_of(mask),
                           "of " + std::to_string(count_of(mask)) +
                               " numbers each would have a gradient as large as the glimpse, and " +
                               std::to_string(most_single_numbers) + " are the most; " + field_name("vjp") +
                               " makes one array of their products with that of a loss");
}

/// A mask whose weights change so; `change` is CV_64F.
Lowered changed(const Mask& mask, const Lowered& lowered, const cv::Mat& change) {
    Weights weights{.region = whole(lowered.map.image), .a = {}, .is_signed = true};
    change.convertTo(weights.a, CV_32F);
    if (mask.reduce == Mask::Reduce::sum) return gradient_term(lowered, WeightedSum{std::move(weights)});
    return gradient_term(lowered, std::move(weights));
}

/// y xᵀ of vectors, as columns.
cv::Mat outer(const std::vector<double>& y, const std::vector<double>& x) {
    return cv::Mat(y) * cv::Mat(x).t();
}

std::vector<double> unit_vector(std::size_t count, std::size_t k) {
    std::vector<double> one(count, 0.0);
    one[k] = 1;
    return one;
}

void visit_vectors(const Mask& mask, const Mask::VectorForm& form, const Lowered& lowered,
                   const VisitGradient& visit) {
    const NormalisedWeights weights(mask.normalise, outer(form.y, form.x));
    for (std::size_t k = 0; k < form.x.size(); ++k) {
        visit({"/x/" + std::to_string(k),
               {changed(mask, lowered, weights.changed(outer(form.y, unit_vector(form.x.size(), k))))}});
    }
    for (std::size_t k = 0; k < form.y.size(); ++k) {
        visit({"/y/" + std::to_string(k),
               {changed(mask, lowered, weights.changed(outer(unit_vector(form.y.size(), k), form.x)))}});
    }
}

/// The vector's derivative by u and by s.
struct MovingVector {
    std::vector<double> a;
    std::vector<double> by_u{};
    std::vector<double> by_s{};

    MovingVector(const Mask::GaussianForm::Axis& axis, int size, Mask::GaussianForm::Normalise normalise)
        : a(gaussian_vector(axis, size, normalise)) {
        double mean_u = 0;  // of ∂ log a, as far as the sum is held
        double mean_s = 0;
        for (std::size_t k = 0; k < a.size(); ++k) {
            const double z = (static_cast<double>(k) - axis.u) / axis.s;
            by_u.push_back(a[k] == 0 ? 0 : a[k] * (z / axis.s));
            by_s.push_back(a[k] == 0 ? 0 : a[k] * (z * z / axis.s));
            mean_u += by_u.back();
            mean_s += by_s.back();
        }
        if (normalise != Mask::GaussianForm::Normalise::sum) return;
        for (std::size_t k = 0; k < a.size(); ++k) {
            by_u[k] -= a[k] * mean_u;
            by_s[k] -= a[k] * mean_s;
        }
    }
};

void visit_gaussians(const Mask& mask, const Mask::GaussianForm& form, const Lowered& lowered,
                     const VisitGradient& visit) {
    const Size image = lowered.map.image;
    const MovingVector x(form.x, image.width, form.normalise);
    const MovingVector y(form.y, image.height, form.normalise);
    const NormalisedWeights weights(mask.normalise, outer(y.a, x.a));
    const auto visit_one = [&](const char* parameter, const cv::Mat& change) {
        visit({parameter, {changed(mask, lowered, weights.changed(change))}});
    };
    visit_one("/x/u", outer(y.a, x.by_u));
    visit_one("/x/s", outer(y.a, x.by_s));
    visit_one("/y/u", outer(y.by_u, x.a));
    visit_one("/y/s", outer(y.by_s, x.a));
}

void visit_numbers(const Mask& mask, const GivenMap& given, const MapWeights& weights, const Lowered& lowered,
                   const VisitGradient& visit) {
    cv::Mat one = cv::Mat::zeros(given.values.size(), CV_64F);
    for (int i = 0; i < one.rows; ++i) {
        for (int j = 0; j < one.cols; ++j) {
            one.at<double>(i, j) = 1;
            visit({given.parameter + "/" + std::to_string(i) + "/" + std::to_string(j),
                   {changed(mask, lowered, weights.changed(one))}});
            one.at<double>(i, j) = 0;
        }
    }
}

bool has_temperature(const Mask& mask) {
    return mask.activation == Mask::Activation::sigmoid || mask.activation == Mask::Activation::softmax;
}

void visit_map(const Mask& mask, const GivenMap& given, const Lowered& lowered, const VisitGradient& visit,
               bool beside_arrays) {
    const MapWeights weights(mask, given.values, lowered.map.image);
    if (!beside_arrays) visit_numbers(mask, given, weights, lowered, visit);
    if (!has_temperature(mask)) return;
    // v counts as v / T: T moves that as v does by -v / T.
    const cv::Mat moves = given.values / -mask.map().temperature;
    visit({"/temperature", {changed(mask, lowered, weights.changed(moves))}});
}

/// ∂g/∂a: the image.
Lowered by_weights(const Lowered& lowered) {
    Lowered all = gradient_term(lowered, Window{});
    all.map.glimpse = all.map.image;
    return all;
}

/// By the columns or the rows of y xᵀ.
ArrayGradient by_vector(const Mask& mask, const Mask::VectorForm& form, const Lowered& lowered, bool is_x) {
    const auto weights = std::make_shared<const NormalisedWeights>(mask.normalise, outer(form.y, form.x));
    const auto pull = [weights, form, is_x](const std::vector<cv::Mat>& planes) {
        const cv::Mat by_product = weights->pulled_back(planes.front());
        const cv::Mat sums =
            is_x ? cv::Mat(by_product.t() * cv::Mat(form.y)) : cv::Mat(by_product * cv::Mat(form.x));
        return std::vector<double>(sums.begin<double>(), sums.end<double>());
    };
    return {.parameter = is_x ? "/x" : "/y",
            .shape = {static_cast<int>(is_x ? form.x.size() : form.y.size())},
            .count = 1,
            .is_by_pixel = false,
            .part = [lowered](int) { return by_weights(lowered); },
            .pulled_back = pull};
}

ArrayGradient by_map(const Mask& mask, const GivenMap& given, const Lowered& lowered) {
    const auto weights = std::make_shared<const MapWeights>(mask, given.values, lowered.map.image);
    return {.parameter = given.parameter,
            .shape = {given.values.rows, given.values.cols},
            .count = 1,
            .is_by_pixel = false,
            .part = [lowered](int) { return by_weights(lowered); },
            .pulled_back =
                [weights](const std::vector<cv::Mat>& planes) {
                    const cv::Mat numbers = weights->pulled_back(planes.front());
                    return std::vector<double>(numbers.begin<double>(), numbers.end<double>());
                }};
}

/// Of a mask, without its weights.
Lowered lowered_without_weights(const Mask& mask, Size image) {
    Lowered lowered = lower(mask, image);
    lowered.map.kind = Window{};
    return lowered;
}

}  // namespace

void require_gradients(const Mask& mask, bool contracted) {
    if (std::holds_alternative<Mask::BoxForm>(mask.form)) {
        throw InvalidParameter(
            "/box",
            "a mask of a box is that of whole pixels, and changes in steps; Gaussians, x and y "
            "with u and s, have a gradient");
    }
    if (mask.kind == Mask::Kind::hard) {
        throw InvalidParameter(
            mask.threshold ? "/threshold" : "/kind",
            "the weights of a hard mask are 0 or 1, and change in steps; those of kind soft "
            "or free have a gradient");
    }
    if (!contracted) require_few(mask);
}

void for_each_gradient(const Mask& mask, Size image, const VisitGradient& visit, bool beside_arrays) {
    if (!beside_arrays) require_few(mask);
    const Lowered lowered = lowered_without_weights(mask, image);
    if (const auto map = map_of(mask)) return visit_map(mask, *map, lowered, visit, beside_arrays);
    if (const auto* const form = std::get_if<Mask::VectorForm>(&mask.form)) {
        if (!beside_arrays) visit_vectors(mask, *form, lowered, visit);
        return;
    }
    visit_gaussians(mask, std::get<Mask::GaussianForm>(mask.form), lowered, visit);
}

std::vector<ArrayGradient> array_gradients(const Mask& mask, Size image) {
    if (std::holds_alternative<Mask::GaussianForm>(mask.form)) return {};
    const Lowered lowered = lowered_without_weights(mask, image);
    if (const auto map = map_of(mask)) return {by_map(mask, *map, lowered)};
    const auto& form = std::get<Mask::VectorForm>(mask.form);
    return {by_vector(mask, form, lowered, true), by_vector(mask, form, lowered, false)};
}

std::int64_t gradient_memory(const Mask& mask, Size image, Size /*glimpse*/) {
    // Of weights: as they are, kept, divided, of the divisor, changed, in between twice, and as float32; of
    // the map's numbers as many.
    constexpr std::int64_t of_number = 7 * sizeof(double) + sizeof(float);
    return bounded_product(image.area(), of_number) + bounded_product(count_of(mask), of_number);
}

}  // namespace glimpse
