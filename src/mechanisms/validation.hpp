#pragma once

#include <cmath>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "glimpse/error.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/words.hpp"

// Rules that several mechanisms' parameters keep. Each throws `InvalidParameter` at the field that breaks it.

namespace glimpse {

inline void require_finite(double value, const std::string& field) {
    if (!std::isfinite(value)) throw InvalidParameter(field, "a finite number is needed");
}

/// Every number of an array, or of an array of arrays.
template <typename Numbers>
void require_finite(const Numbers& numbers, const std::string& field) {
    for (std::size_t n = 0; n < numbers.size(); ++n) {
        require_finite(numbers[n], field + "/" + std::to_string(n));
    }
}

inline constexpr std::string_view finite_weights = "a mask has finite weights that float32 can hold";

/// Weights of a mask, of which all are finite as numbers of that depth. `is_map`: they are as they were
/// given, CV_64F, so that the first that is not has a place that is known, [row, column].
inline void require_finite_weights(const cv::Mat& weights, int depth, std::string_view rule, bool is_map,
                                   const std::string& field) {
    cv::Mat converted;
    weights.convertTo(converted, depth);
    cv::Point at;
    if (cv::checkRange(converted, true, &at)) return;
    if (!is_map) throw InvalidParameter(field, std::string(rule));
    const double weight = weights.at<double>(at);
    const std::string value = std::isnan(weight)   ? "NaN"
                              : std::isinf(weight) ? "infinite"
                                                   : number_text(weight);
    throw InvalidParameter(field, std::string(rule) + "; that at [" + std::to_string(at.y) + ", " +
                                      std::to_string(at.x) + "] is " + value);
}

inline void require_standard_deviation(double s, const std::string& field) {
    if (!std::isfinite(s) || s <= 0) {
        throw InvalidParameter(field, "the standard deviation is > 0, not " + number_text(s));
    }
}

/// A mechanism's `size` may be left out only where a box gives the glimpse its own.
template <typename Mechanism>
void require_size(const Mechanism& mechanism) {
    if (mechanism.size) return require_glimpse_size(*mechanism.size, "/size");
    const auto* form = std::get_if<typename Mechanism::BoxForm>(&mechanism.form);
    if (!form) throw InvalidParameter("/size", "a glimpse without a box needs a size [width, height]");
    require_box(form->box);
    if (form->units == Units::pixels) rounded_size(form->box);
}

/// Boxes of the mechanism of that name cannot be rotated.
inline void require_upright(const OrientedBox& box, std::string_view mechanism) {
    if (box.angle == 0) return;
    throw InvalidParameter("/angle", "\"angle\" is not used by mechanism \"" + std::string(mechanism) + "\"");
}

/// Ends the message of a box that lies wholly outside.
inline constexpr const char* remedy_of_padding = "; a padding of its own would fill it";

/// Every number of a constant fill, which is the mechanism's `padding`.
inline void require_float32(const Fill& fill) {
    const auto* constant = std::get_if<Constant>(&fill);
    if (!constant) return;
    for (const double value : constant->values.get()) {
        if (std::abs(value) < beyond_float32) continue;
        throw InvalidParameter("/padding",
                               "a padding is a number that float32 can hold, not " + number_text(value));
    }
}

/// The mechanism's box, which it has, in pixels of the image. It must overlap the image, unless the mechanism
/// has a padding and that is given: then what lies outside is the padding.
template <typename Mechanism>
Box box_in_pixels(const Mechanism& mechanism, Size image) {
    const auto& form = std::get<typename Mechanism::BoxForm>(mechanism.form);
    const Box box = in_pixels(form, image);
    if constexpr (requires { mechanism.padding; }) {
        const bool is_given = mechanism.padding || !std::holds_alternative<std::monostate>(mechanism.fill);
        if (!is_given) require_overlap(box, form.angle, image, remedy_of_padding);
    } else if constexpr (requires { mechanism.outside; }) {
        if (!mechanism.outside) require_overlap(box, form.angle, image, remedy_of_padding);
    } else {
        require_overlap(box, form.angle, image);
    }
    return box;
}

/// The mechanism with its box, if it has one, as `box_in_pixels`.
template <typename Mechanism>
Mechanism with_box_in_pixels(Mechanism mechanism, Size image) {
    if (auto* form = std::get_if<typename Mechanism::BoxForm>(&mechanism.form)) {
        form->box = box_in_pixels(mechanism, image);
        form->units = Units::pixels;
    }
    return mechanism;
}

/// The glimpse size of a mechanism that keeps `require_size`.
template <typename Mechanism>
Size size_of(const Mechanism& mechanism, Size image) {
    if (mechanism.size) return *mechanism.size;
    return rounded_size(in_pixels(std::get<typename Mechanism::BoxForm>(mechanism.form), image));
}

}  // namespace glimpse
