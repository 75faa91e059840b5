#include "parameters/transition.hpp"

#include <opencv2/core/mat.hpp>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "parameters/array_reference.hpp"
#include "parameters/numbers.hpp"
#include "parameters/written.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr const char* row_words = "an array of rows of numbers";

Transition of_pixels(const cv::Mat& n) {
    Transition transition;
    n.convertTo(transition.of_pixels, CV_32F);
    return transition;
}

Transition referenced_transition(const Value& value, const ReadingContext& context) {
    const Reference reference = looked_up(value, context);
    const Array::Shape shape = with_axes(with_axes(reference.array.shape(), 2), 1);
    if (shape.size() > 2 || reference.array.count() == 0)
        reference.fail_shape("one number, one axis of channels, or (height, width),");
    std::vector<double> n = listed_numbers(reference, context);
    if (shape.size() < 2) return {.n = std::move(n)};
    return of_pixels(cv::Mat(static_cast<int>(shape[0]), static_cast<int>(shape[1]), CV_64F, n.data()));
}

Transition transition_of(const Value& value, const ReadingContext& context) {
    if (is_reference(value)) return referenced_transition(value, context);
    if (!value.is_array()) return {.n = {number(value, context)}};
    const bool has_rows = value.size() > 0 && value.element(0).is_array();
    if (has_rows) return of_pixels(rows_of_numbers(value, row_words));
    return {.n = numbers(value, context)};
}

}  // namespace

Key transition_key() {
    constexpr const char* number = R"({"type": "number", "minimum": 0, "maximum": 1})";
    const std::string list = R"({"type": "array", "minItems": 1, "items": )" + std::string(number) + "}";
    return {.name = "transition",
            .type = or_reference({"a number, an array or rows of numbers,",
                                  "0 to 1; one, one a channel, or of a mask one a pixel",
                                  R"("anyOf": [)" + std::string(number) + ", " + list +
                                      R"(, {"type": "array", "minItems": 1, "items": )" + list + "}]"}),
            .meaning =
                "n of x ⊕_n y, from 0, which adds, to 1, which multiplies: a mask is combined with the image "
                "by it, and any other glimpse is a mean between the arithmetic (0) and the geometric (1). "
                "Without it, the image is multiplied by a mask, and means are arithmetic."};
}

Transition read_transition(const Value& value, const ReadingContext& context) {
    Transition transition = transition_of(value, context);
    try {
        validate(transition);
    } catch (const InvalidParameter& error) {
        value.fail(error.what());
    }
    return transition;
}

nlohmann::ordered_json written_transition(const Transition& transition, Amount amount) {
    WrittenParameters written(amount);
    if (transition.of_pixels.empty()) {
        written.add_one_or_more("transition", transition.n);
    } else {
        cv::Mat n;
        transition.of_pixels.convertTo(n, CV_64F);
        written.add_rows("transition", n);
    }
    return written.json().at("transition");
}

}  // namespace glimpse::parameters
