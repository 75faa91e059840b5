#include "glimpse/box_adjustment.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <variant>

#include "glimpse/error.hpp"
#include "mechanisms/about_centre.hpp"
#include "mechanisms/box_form.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

/// A glimpse that takes the size of its square box must be square: the sides, rounded one by one, might
/// differ.
Box of_whole_pixels(const Box& box) {
    const double side = std::max(1.0, std::round(box.width));
    return about_centre(box, side, side);
}

/// The whole pixels of a tracker's window.
Box tracker_window(const Box& box, const BoxAdjustment& adjustment) {
    const double p = (box.width + box.height) / 2 * adjustment.context.value_or(1);
    const double exact_side = std::sqrt((box.width + p) * (box.height + p));
    const bool pysot = adjustment.window == TrackerWindow::pysot;
    const double side = std::max(1.0, pysot ? std::nearbyint(exact_side) : std::round(exact_side));
    const double half = (side + 1) / 2;
    const auto start = [&](double edge, double length) {
        return pysot ? std::floor(edge + (length - 1) / 2 - half + 0.5)
                     : std::round(edge + 1 + length / 2 - half) - 1;
    };
    return {start(box.x, box.width), start(box.y, box.height), side, side};
}

/// Fills what lies outside the image with its mean, unless the mechanism says otherwise. That is no padding
/// of the mechanism's own: its box, the window, must overlap the image without one.
template <typename OneMechanism>
void fill_with_mean(OneMechanism& mechanism, Size image, TrackerWindow window) {
    static_cast<void>(box_in_pixels(mechanism, image));
    const bool is_open = std::holds_alternative<std::monostate>(mechanism.fill);
    if (is_open && mechanism.padding.value_or(Padding::zeros) == Padding::zeros) {
        mechanism.fill = MeanOfImage{.is_truncated = window == TrackerWindow::pysot};
    }
}

/// Of boxes that are sampled, rather than cropped.
template <typename Form>
constexpr bool is_sampled =
    std::is_same_v<Form, crop_form::SampledForm> || std::is_same_v<Form, crop_form::TurnedForm>;

template <typename OneMechanism>
bool has_sampled_box(const OneMechanism& mechanism) {
    if constexpr (TakesBox<OneMechanism>) {
        return std::visit([](const auto& form) { return is_sampled<std::decay_t<decltype(form)>>; },
                          mechanism.form);
    } else {
        return false;
    }
}

template <typename OneMechanism>
bool is_of_box(const OneMechanism& mechanism) {
    if constexpr (TakesBox<OneMechanism>) {
        return std::holds_alternative<typename OneMechanism::BoxForm>(mechanism.form) ||
               has_sampled_box(mechanism);
    } else {
        return false;
    }
}

struct BoxSides {
    double width;
    double height;
};

BoxSides adjusted_sides(double width, double height, const BoxAdjustment& adjustment) {
    const double factor = 1 + adjustment.context.value_or(0);
    BoxSides sides{factor * width, factor * height};
    if (adjustment.square) sides.width = sides.height = std::max(sides.width, sides.height);
    return sides;
}

/// Two coordinates at that distance about the same middle, in their order.
void set_apart(double& first, double& second, double distance) {
    if (std::abs(second - first) == distance) return;
    const double middle = first + (second - first) / 2;
    const double half = (second < first ? -distance : distance) / 2;
    first = middle - half;
    second = middle + half;
}

void adjust(crop_form::SampledForm& form, const BoxAdjustment& adjustment, Size image) {
    const bool is_resized = form.rule == crop_form::SamplingRule::crop_and_resize;
    // A side of one pixel, whose centres have no distance, is measured as any.
    const auto unit = [&](int size) { return is_resized ? std::max(1, size - 1) : 1; };
    const double across = unit(image.width);
    const double down = unit(image.height);
    const auto [width, height] = adjusted_sides(across * std::abs(form.second.x - form.first.x),
                                                down * std::abs(form.second.y - form.first.y), adjustment);
    set_apart(form.first.x, form.second.x, width / across);
    set_apart(form.first.y, form.second.y, height / down);
}

void adjust(crop_form::TurnedForm& form, const BoxAdjustment& adjustment, Size /*image*/) {
    const auto [width, height] = adjusted_sides(form.width, form.height, adjustment);
    form.width = width;
    form.height = height;
}

template <TakesBox OneMechanism>
void adjust_box(OneMechanism& mechanism, const BoxAdjustment& adjustment, Size image) {
    auto& form = std::get<typename OneMechanism::BoxForm>(mechanism.form);
    Box box = adjusted(in_pixels(form, image), adjustment);
    if constexpr (requires { mechanism.size; }) {
        if (!mechanism.size && box.width == box.height) box = of_whole_pixels(box);
    }
    form.box = box;
    form.units = Units::pixels;
    if constexpr (requires { mechanism.fill; }) {
        if (adjustment.tracker) fill_with_mean(mechanism, image, adjustment.window);
    }
}

template <TakesBox OneMechanism>
void adjust_mechanism(OneMechanism& mechanism, const BoxAdjustment& adjustment, Size image) {
    if (!has_sampled_box(mechanism)) return adjust_box(mechanism, adjustment, image);
    std::visit(
        [&](auto& form) {
            if constexpr (is_sampled<std::decay_t<decltype(form)>>) adjust(form, adjustment, image);
        },
        mechanism.form);
}

}  // namespace

Box adjusted(const Box& box, const BoxAdjustment& adjustment) {
    if (adjustment.tracker) return tracker_window(box, adjustment);
    const auto [width, height] = adjusted_sides(box.width, box.height, adjustment);
    if (width == box.width && height == box.height) return box;
    return about_centre(box, width, height);
}

bool has_box(const Mechanism& mechanism) {
    return std::visit([](const auto& one) { return is_of_box(one); }, mechanism);
}

void require_adjustable(const Mechanism& mechanism, const BoxAdjustment& adjustment) {
    if (!adjustment.tracker || !has_box(mechanism)) return;
    if (std::visit([](const auto& one) { return has_sampled_box(one); }, mechanism))
        throw Error(
            "the window of a tracker has whole pixels, and a crop that is sampled, as by roi-align, none");
    if (std::visit(
            [](const auto& one) {
                return requires {
                    one.fill;
                };
            },
            mechanism))
        return;
    throw Error(
        "the window of a tracker is filled with the image's mean, which a crop and a spatial "
        "transformer (stn) can be");
}

Mechanism adjusted(const Mechanism& mechanism, const BoxAdjustment& adjustment, Size image) {
    if (adjustment.is_identity()) return mechanism;
    require_adjustable(mechanism, adjustment);
    Mechanism result = mechanism;
    std::visit(
        [&](auto& one) {
            if constexpr (TakesBox<std::remove_reference_t<decltype(one)>>) {
                if (is_of_box(one)) adjust_mechanism(one, adjustment, image);
            }
        },
        result);
    return result;
}

}  // namespace glimpse
