#include "glimpse/mechanisms/mask.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>

#include "glimpse/error.hpp"
#include "glimpse/mechanisms/gaussian.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/words.hpp"
#include "maps/banded_product.hpp"
#include "maps/image_region.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/activation.hpp"
#include "mechanisms/mask_changes.hpp"
#include "mechanisms/normalising.hpp"
#include "mechanisms/upsampling.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

cv::Mat box_weights(const Mask& mask, Size image) {
    cv::Mat a = cv::Mat::zeros(image.height, image.width, CV_32F);
    const Rectangle box = intersection(rounded(box_in_pixels(mask, image)), whole(image));
    a(rect(box)).setTo(1);
    return a;
}

/// a_y a_xᵀ of vectors, scaled where the result is normalised.
cv::Mat product(std::vector<double> y, std::vector<double> x, Mask::Normalise normalise) {
    if (normalise != Mask::Normalise::none) {
        scale_to_one(y);
        scale_to_one(x);
    }
    return outer_product(y, x);
}

cv::Mat vector_weights(const Mask& mask, const Mask::VectorForm& form, Size image) {
    const Size size{static_cast<int>(form.x.size()), static_cast<int>(form.y.size())};
    if (size != image) {
        throw Error("the mask's x and y have " + std::to_string(size.width) + " and " +
                    std::to_string(size.height) + " numbers, the image " + to_string(image) + " pixels");
    }
    return product(form.y, form.x, mask.normalise);
}

/// What the rounding of a few float32 operations puts beyond 0 and 1.
constexpr double weight_rounding = 1e-6;

/// What makes a soft mask's weights of others.
std::string remedy_for_weights(const Mask& mask, double smallest, double largest) {
    const auto* const file = std::get_if<Mask::FileForm>(&mask.form);
    const bool is_map = file || std::holds_alternative<Mask::GridForm>(mask.form);
    const bool is_negative = smallest < -weight_rounding;
    std::string remedy = "kind: free takes any";
    if (file && file->array && file->array->is_of_tokens() && is_negative)
        remedy += ", activation: softmax makes weights of logits";
    if (is_map && is_negative) remedy += ", activation: relu makes negative ones 0";
    const bool is_divided = largest > 1 + weight_rounding && (is_map || !is_negative);
    return remedy + (is_divided ? ", normalise: max divides by the greatest" : "");
}

/// A weight with its place, [row, column].
std::string placed_weight(double weight, const cv::Point& at) {
    return number_text(static_cast<float>(weight)) + " at [" + std::to_string(at.y) + ", " +
           std::to_string(at.x) + "]";
}

/// Throws `Error` unless the mask's kind allows these weights; soft ones may leave 0 to 1 by their
/// rounding.
void require_kind(const Mask& mask, const cv::Mat& a) {
    if (mask.kind == Mask::Kind::soft) {
        double smallest = 0;
        double largest = 0;
        cv::Point smallest_at;
        cv::Point largest_at;
        cv::minMaxLoc(a, &smallest, &largest, &smallest_at, &largest_at);
        if (smallest >= -weight_rounding && largest <= 1 + weight_rounding) return;
        throw Error("a soft mask has weights of 0 to 1 (" + remedy_for_weights(mask, smallest, largest) +
                    "); this mask's weights are from " + placed_weight(smallest, smallest_at) + " to " +
                    placed_weight(largest, largest_at));
    }
    if (mask.kind == Mask::Kind::free || mask.threshold) return;
    for (const float value : cv::Mat_<float>(a)) {
        if (value == 0 || value == 1) continue;
        throw Error("a hard mask has weights 0 and 1 only, not " + number_text(value) + "; give a threshold");
    }
}

cv::Mat clipped(const cv::Mat& a) {
    return cv::max(cv::min(a, 1.0), 0.0);
}

cv::Mat grid_weights(const Mask& mask, const cv::Mat& grid, const PlacedMap& place, Size image) {
    if (grid.empty()) throw std::logic_error("the values of a mask's file were not supplied");
    const Rectangle& pixels = place.pixels;
    if (pixels.empty()) return cv::Mat::zeros(image.height, image.width, CV_32F);
    cv::Mat values = activated(mask, grid);
    const bool is_normalised = mask.normalise != Mask::Normalise::none;
    if (is_normalised) scale_to_one({values.ptr<double>(), values.total()});
    cv::Mat a = upsampled(mask, values, place);
    if (mask.kind == Mask::Kind::soft) {
        a = is_normalised ? cv::max(a, 0.0) : clipped(a);  // bicubic upsampling overshoots
    }
    if (pixels == whole(image)) return a;
    cv::Mat placed = cv::Mat::zeros(image.height, image.width, CV_32F);
    a.copyTo(placed(rect(pixels)));
    return placed;
}

bool has_negative(const cv::Mat& numbers) {
    double least = 0;
    if (!numbers.empty()) cv::minMaxLoc(numbers, &least);
    return least < 0;
}

/// Whether weights are negative, and that not only since a kernel that upsampled them overshot.
bool is_signed_as_given(const Mask& mask, const cv::Mat& a) {
    if (!has_negative(a)) return false;
    const auto of_grid = [&](const cv::Mat& given) {
        return mask.activation == Mask::Activation::none && has_negative(given);
    };
    return std::visit(overloaded{[&](const Mask::FileForm& form) { return of_grid(form.values); },
                                 [&](const Mask::GridForm& form) { return of_grid(form.values); },
                                 [](const auto& /*form*/) { return true; }},
                      mask.form);
}

/// 1 where a ≥ t, and 0 elsewhere.
void harden(const cv::Mat& a, double threshold) {
    for (float& value : cv::Mat_<float>(a)) value = value >= static_cast<float>(threshold) ? 1.0F : 0.0F;
}

/// The smallest rectangle outside which a is 0.
Rectangle bounding_box(const cv::Mat& a) {
    Rectangle box;
    for (int y = 0; y < a.rows; ++y) {
        const auto* row = a.ptr<float>(y);
        const auto* end = row + a.cols;
        const auto is_set = [](float value) { return value != 0; };
        const auto* first = std::find_if(row, end, is_set);
        if (first == end) continue;
        const auto* last = end;
        while (last[-1] == 0) --last;
        box = smallest_containing(box, {static_cast<int>(first - row), y, static_cast<int>(last - first), 1});
    }
    return box;
}

cv::Mat cut(const cv::Mat& a, const Rectangle& part) {
    return part.empty() ? cv::Mat() : a(rect(part)).clone();
}

std::vector<Point> selected_pixels(const cv::Mat& a) {
    std::vector<Point> points;
    points.reserve(static_cast<std::size_t>(cv::countNonZero(a)));
    for (int y = 0; y < a.rows; ++y) {
        for (int x = 0; x < a.cols; ++x) {
            if (a.at<float>(y, x) != 0) points.push_back({double(x), double(y)});
        }
    }
    return points;
}

Lowered select(Mask::Select select, const cv::Mat& a, Size image) {
    const Rectangle box = bounding_box(a);
    if (box.empty()) throw Error("the mask selects no pixel: it is 0 everywhere");
    if (select == Mask::Select::box) {
        return {.map = {.image = image, .glimpse = box.size(), .kind = Window{.x0 = box.x, .y0 = box.y}},
                .matrix = Affine{{{{1, 0, double(box.x)}, {0, 1, double(box.y)}}}},
                .alpha = cut(a, box)};
    }
    std::vector<Point> pixels = selected_pixels(a);
    const Size size{1, static_cast<int>(pixels.size())};
    return {
        .map = {.image = image,
                .glimpse = size,
                .kind = Samples{.points = {std::move(pixels), 1}, .interpolation = Interpolation::nearest}}};
}

/// Validates given weights that are to be normalised, as far as that can be done without the image.
void validate_to_normalise(const Mask& mask, const cv::Mat& given, const std::string& field) {
    double smallest = 0;
    double largest = 0;
    cv::minMaxLoc(given, &smallest, &largest);
    const bool drops_negative = mask.activation == Mask::Activation::relu;
    if (mask.activation != Mask::Activation::none && !drops_negative) return;
    if (mask.kind == Mask::Kind::soft && smallest < 0 && !drops_negative) {
        throw InvalidParameter(field,
                               "a soft mask has no negative weights (kind: free takes them, and of a grid "
                               "activation: relu makes them 0); this mask's smallest is " +
                                   number_text(smallest));
    }
    const bool are_zero = largest <= 0 && (smallest == 0 || drops_negative);
    if (mask.normalise == Mask::Normalise::sum && are_zero) {
        throw InvalidParameter(field, "the mask's weights are 0 everywhere and have no sum to be divided by");
    }
}

/// Validates given weights, as far as that can be done without the image.
void validate_weights(const Mask& mask, const cv::Mat& given, const std::string& field) {
    const bool to_normalise = mask.normalise != Mask::Normalise::none;
    const bool is_map = !std::holds_alternative<Mask::VectorForm>(mask.form);
    require_finite_weights(given, to_normalise ? CV_64F : CV_32F,
                           to_normalise ? "a mask has finite weights" : finite_weights, is_map, field);
    if (to_normalise) return validate_to_normalise(mask, given, field);
    cv::Mat a;
    given.convertTo(a, CV_32F);
    if (mask.activation == Mask::Activation::relu) cv::max(a, 0.0, a);
    if (mask.activation == Mask::Activation::sigmoid || mask.activation == Mask::Activation::softmax) return;
    try {
        require_kind(mask, a);
    } catch (const Error& error) {
        throw InvalidParameter(field, error.what());
    }
}

/// Whether all products of two vectors' numbers lie in [0, 1], or in {0, 1}, is decided by the products of
/// these: the extremes, with and without zeros.
std::vector<double> extremes(const std::vector<double>& numbers) {
    const auto [least, greatest] = std::ranges::minmax(numbers);
    std::vector<double> chosen{least, greatest};
    std::vector<double> others = numbers;
    std::erase(others, 0.0);
    if (!others.empty()) {
        const auto [least_other, greatest_other] = std::ranges::minmax(others);
        chosen.insert(chosen.end(), {least_other, greatest_other});
    }
    return chosen;
}

void validate_vector(const std::vector<double>& numbers, const std::string& field) {
    if (numbers.empty()) throw InvalidParameter(field, "a mask's vector has at least one number");
    require_finite(numbers, field);
}

void validate_axis(const Mask::GaussianForm::Axis& axis, const std::string& field) {
    require_finite(axis.u, field + "/u");
    require_standard_deviation(axis.s, field + "/s");
}

void require_lengths(const Size& size, const std::string& field) {
    if (size.width >= 1 && size.height >= 1) return;
    throw InvalidParameter(field, "lengths are at least 1 pixel");
}

void validate_view(const mask_form::View& view) {
    if (const auto* shorter = std::get_if<int>(&view.resize)) {
        require_lengths({*shorter, *shorter}, "/view/resize");
    }
    if (const auto* both = std::get_if<Size>(&view.resize)) require_lengths(*both, "/view/resize");
    if (view.crop) require_lengths(*view.crop, "/view/crop");
}

void validate_placement(const Mask& mask) {
    const bool is_map = std::holds_alternative<Mask::FileForm>(mask.form) ||
                        std::holds_alternative<Mask::GridForm>(mask.form);
    const auto* box = std::get_if<Box>(&*mask.map().placement);
    if (!is_map) throw InvalidParameter(box ? "/within" : "/view", "it is of a mask that is a map");
    if (!box) return validate_view(std::get<mask_form::View>(*mask.map().placement));
    try {
        require_box(*box);
    } catch (const InvalidParameter& error) {
        throw InvalidParameter("/within", error.what());
    }
}

}  // namespace

void validate(const Mask& mask) {
    if (!std::isfinite(mask.map().temperature) || mask.map().temperature <= 0) {
        throw InvalidParameter("/temperature",
                               "a temperature is > 0, not " + number_text(mask.map().temperature));
    }
    if (!std::isfinite(mask.map().sigma) || mask.map().sigma <= 0) {
        throw InvalidParameter("/sigma", "sigma is > 0, not " + number_text(mask.map().sigma));
    }
    const bool hard = mask.kind == Mask::Kind::hard;
    if (mask.threshold && !hard) throw InvalidParameter("/threshold", "a threshold needs kind \"hard\"");
    if (mask.threshold) require_finite(*mask.threshold, "/threshold");
    if (mask.select != Mask::Select::none && !hard) {
        throw InvalidParameter("/select", "a selection needs kind \"hard\"");
    }
    if (mask.reduce != Mask::Reduce::none && mask.select != Mask::Select::none) {
        throw InvalidParameter("/reduce", "either pixels are summed, or some of them selected");
    }
    if (mask.map().placement) validate_placement(mask);
    std::visit(overloaded{[&](const Mask::FileForm& form) {
                              const auto field = std::string(form.array ? form.array->field() : "/file");
                              if (!form.values.empty()) validate_weights(mask, form.values, field);
                          },
                          [&](const Mask::GridForm& form) {
                              if (form.values.empty())
                                  throw InvalidParameter("/grid", "a grid has at least one number");
                              validate_weights(mask, form.values, "/grid");
                          },
                          [&](const Mask::VectorForm& form) {
                              validate_vector(form.x, "/x");
                              validate_vector(form.y, "/y");
                              validate_weights(
                                  mask, product(extremes(form.y), extremes(form.x), mask.normalise), "/x");
                          },
                          [](const Mask::GaussianForm& form) {
                              validate_axis(form.x, "/x");
                              validate_axis(form.y, "/y");
                          },
                          [](const Mask::BoxForm& form) {
                              require_box(form.box);
                              require_upright(form, Mask::name);
                          }},
               mask.form);
}

std::vector<double> gaussian_vector(const Mask::GaussianForm::Axis& axis, int size,
                                    Mask::GaussianForm::Normalise normalise) {
    std::vector<double> a(static_cast<std::size_t>(size));
    double sum = 0;
    for (int k = 0; k < size; ++k) {
        sum += a[static_cast<std::size_t>(k)] = gaussian_form::weight((k - axis.u) / axis.s);
    }
    if (normalise == Mask::GaussianForm::Normalise::sum) {
        if (sum == 0)
            throw Error("the Gaussian of the mask is 0 at every pixel of the image and has no sum of 1");
        for (double& value : a) value /= sum;
    }
    return a;
}

cv::Mat weights(const Mask& mask, Size image) {
    validate(mask);
    require_glimpse_size(image, "");
    const PlacedMap place = placed_map(mask, image);
    cv::Mat a = std::visit(
        overloaded{[&](const Mask::FileForm& form) { return grid_weights(mask, form.values, place, image); },
                   [&](const Mask::GridForm& form) { return grid_weights(mask, form.values, place, image); },
                   [&](const Mask::VectorForm& form) { return vector_weights(mask, form, image); },
                   [&](const Mask::GaussianForm& form) {
                       return product(gaussian_vector(form.y, image.height, form.normalise),
                                      gaussian_vector(form.x, image.width, form.normalise), mask.normalise);
                   },
                   [&](const Mask::BoxForm&) { return box_weights(mask, image); }},
        mask.form);
    if (!cv::checkRange(a)) throw Error(std::string(finite_weights));
    normalise(a, mask.normalise);
    require_kind(mask, a);
    if (mask.kind == Mask::Kind::soft) a = clipped(a);
    if (mask.threshold) harden(a(rect(place.pixels)), *mask.threshold);  // 0 beside it
    return a;
}

LoweringMemory lowering_memory(const Mask& mask, Size image, std::int64_t to_read) {
    if (image.area() > maximum_glimpse_pixels) return {};  // refused
    constexpr std::int64_t weight = sizeof(float);
    // The weights, clipped, placed, cut, and one of these once more in between.
    const std::int64_t weights_at_once = mask.map().placement ? 5 : 4;
    // Of each value what was read, activated, in between, and as float32.
    constexpr std::int64_t of_value = 3 * sizeof(double) + sizeof(float);
    const auto given = std::visit(overloaded{[](const Mask::FileForm& form) { return form.values.total(); },
                                             [](const Mask::GridForm& form) { return form.values.total(); },
                                             [](const auto& /*form*/) { return std::size_t{0}; }},
                                  mask.form);
    const std::int64_t values = std::max(static_cast<std::int64_t>(given), to_read);
    const bool lists_pixels = mask.select == Mask::Select::pixels;
    const std::int64_t kept_a_pixel = lists_pixels ? std::int64_t{sizeof(Point)} : weight;
    return {.kept = bounded_product(kept_a_pixel, image.area()),
            .working = bounded_product(weights_at_once * weight, image.area()) +
                       bounded_product(of_value, values) + upsampling_memory(mask, image, values)};
}

namespace {

Lowered lowered(const Mask& mask, const cv::Mat& a, Size image) {
    if (mask.select != Mask::Select::none) return select(mask.select, a, image);
    const Rectangle region = bounding_box(a);
    const Weights weighed{.region = region, .a = cut(a, region), .is_signed = is_signed_as_given(mask, a)};
    if (mask.reduce == Mask::Reduce::sum) {
        return {.map = {.image = image, .glimpse = {1, 1}, .kind = WeightedSum{weighed}},
                .full_weight = cv::sum(a)[0]};
    }
    return {.map = {.image = image, .glimpse = image, .kind = weighed}, .matrix = Affine{}};
}

}  // namespace

Lowered lower(const Mask& mask, Size image) {
    Lowered result = lowered(mask, weights(mask, image), image);
    result.stretched = stretched_map(mask, image);
    result.tokens = tokens_of_map(mask, image);
    return result;
}

}  // namespace glimpse
