#include "glimpse/mechanisms/filter.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "maps/filters.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

int side_of(const Filter& filter) {
    return std::visit(overloaded{[](const Filter::KernelForm& form) {
                                     const auto count = static_cast<double>(form.weights.get().size());
                                     return static_cast<int>(std::lround(std::sqrt(count)));
                                 },
                                 [](const Filter::LocalForm& form) { return form.field->side(); }},
                      filter.form);
}

void require_numbers(const SharedNumbers& numbers, const std::string& field) {
    for (const double value : numbers.get()) {
        if (std::abs(value) < beyond_float32) continue;
        throw InvalidParameter(field, "a number that float32 can hold is needed, not " + number_text(value));
    }
}

/// The filters without what `extent_of` finds.
Filters filters_of(const Filter& filter, Size image) {
    Filters filters;
    filters.side = side_of(filter);
    filters.padding = filter.padding.value_or(Padding::zeros);
    if (const auto* const form = std::get_if<Filter::KernelForm>(&filter.form)) {
        const std::vector<double>& weights = form->weights.get();
        filters.weights = std::vector<float>(weights.begin(), weights.end());
        return filters;
    }
    const auto& field = *std::get<Filter::LocalForm>(filter.form).field;
    if (field.size() != image) {
        throw InvalidParameter(field.field(), "its filters are of the pixels of an image of " +
                                                  to_string(field.size()) + ", and this one has " +
                                                  to_string(image));
    }
    filters.weights = field.rows();
    return filters;
}

/// The sum that the weights of all pixels have but for rounding; 0 where they have none.
double common_sum(const FilterExtent& extent) {
    // As of float16: filters of a softmax sum to 1 but for that.
    constexpr double rounding = 1e-3;
    const double middle = (extent.least_sum + extent.greatest_sum) / 2;
    return extent.greatest_sum - extent.least_sum <= rounding * std::abs(middle) ? middle : 0;
}

}  // namespace

void validate(const Filter& filter) {
    if (const auto* const form = std::get_if<Filter::KernelForm>(&filter.form)) {
        const std::size_t count = form->weights.get().size();
        const auto side = static_cast<std::size_t>(side_of(filter));
        if (count == 0 || side * side != count) {
            throw InvalidParameter("/kernel",
                                   "a kernel has s·s weights, s ≥ 1, not " + std::to_string(count));
        }
        require_numbers(form->weights, "/kernel");
    }
    require_numbers(filter.bias, "/bias");
    require_float32(filter.fill);
}

bool has_field(const Filter& filter) {
    return std::holds_alternative<Filter::LocalForm>(filter.form);
}

LoweringMemory lowering_memory(const Filter& filter, Size image) {
    constexpr int most_channels = 4;  // of nearly all images
    return {.kept = 0,
            .working = filter_memory(side_of(filter), has_field(filter), image.width, most_channels)};
}

Lowered lower(const Filter& filter, Size image) {
    validate(filter);
    require_glimpse_size(image, "");
    Filters filters = filters_of(filter, image);
    const FilterExtent extent = extent_of(filters, image);
    filters.region = extent.region;
    filters.is_signed = extent.is_signed;
    filters.least_sum = extent.least_sum;
    return {.map = {.image = image, .glimpse = image, .kind = std::move(filters)},
            .full_weight = common_sum(extent),
            .fill = filter.fill,
            .bias = filter.bias,
            .matrix = Affine{}};
}

}  // namespace glimpse
