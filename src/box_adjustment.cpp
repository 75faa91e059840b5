#include "glimpse/box_adjustment.hpp"

#include <algorithm>
#include <cmath>

namespace glimpse {

namespace {

Box about_centre(const Box& box, double width, double height) {
    return {box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height};
}

/// A mechanism's box, where it has that form.
template <typename OneMechanism>
auto* box_form_of(OneMechanism& mechanism) {
    return std::get_if<typename OneMechanism::BoxForm>(&mechanism.form);
}

}  // namespace

Box adjusted(const Box& box, const BoxAdjustment& adjustment) {
    if (adjustment.tracker) {
        const double p = (box.width + box.height) / 2 * adjustment.context.value_or(1);
        const double side = std::sqrt((box.width + p) * (box.height + p));
        return about_centre(box, side, side);
    }
    const double factor = 1 + adjustment.context.value_or(0);
    double width = factor * box.width;
    double height = factor * box.height;
    if (adjustment.square) width = height = std::max(width, height);
    if (width == box.width && height == box.height) return box;
    return about_centre(box, width, height);
}

Mechanism adjusted(const Mechanism& mechanism, const BoxAdjustment& adjustment, Size image) {
    if (!adjustment.context && !adjustment.square && !adjustment.tracker) return mechanism;
    Mechanism result = mechanism;
    std::visit(
        [&](auto& one) {
            if (auto* form = box_form_of(one)) {
                form->box = adjusted(in_pixels(form->box, form->units, image), adjustment);
                form->units = Units::pixels;
            }
        },
        result);
    return result;
}

}  // namespace glimpse
