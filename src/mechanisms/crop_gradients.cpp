#include "mechanisms/crop_gradients.hpp"

#include <array>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "maps/footprints.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/gradient_terms.hpp"
#include "mechanisms/moving_points.hpp"
#include "mechanisms/sampled_axes.hpp"
#include "mechanisms/sampled_crop.hpp"

namespace glimpse {

namespace {

std::string place_in_box(std::size_t k) {
    return "/box/" + std::to_string(k);
}

/// By the ends of both axes, x before y.
void visit_sampled(const Crop::SampledForm& form, const Lowered& lowered, const VisitGradient& visit) {
    const Size image = lowered.map.image;
    const Size size = lowered.map.glimpse;
    const auto& whole = std::get<Separable>(lowered.map.kind);
    // [y1, x1, y2, x2], and [x0, y0, x1, y1] of all others.
    const bool is_y_first = form.rule == crop_form::SamplingRule::crop_and_resize;
    for (std::size_t k = 0; k < 4; ++k) {
        const MovingEnds moves{k < 2 ? 1.0 : 0.0, k < 2 ? 0.0 : 1.0};
        const bool is_x = (k % 2 == 0) != is_y_first;
        Separable change = whole;
        if (is_x) {
            change.columns = derivative_of_sampled_axis(
                {form.first.x, form.second.x, size.width, image.width}, form, moves);
        } else {
            change.rows = derivative_of_sampled_axis({form.first.y, form.second.y, size.height, image.height},
                                                     form, moves);
        }
        visit({place_in_box(k), {gradient_term(lowered, std::move(change))}});
    }
}

/// The velocity of points that move as both others say together.
Velocity combined(const Velocity& a, double of_a, const Velocity& b, double of_b) {
    return [=](int j, int i) {
        const Point p = a(j, i);
        const Point q = b(j, i);
        return Point{of_a * p.x + of_b * q.x, of_a * p.y + of_b * q.y};
    };
}

/// By the centre, the sides and the angle, counter-clockwise.
void visit_turned(const Crop::TurnedForm& form, const Lowered& lowered, const VisitGradient& visit) {
    const Size image = lowered.map.image;
    const Size size = lowered.map.glimpse;
    const std::vector<MovingPoints> box = moving_points(oriented_box(form), image, size);
    const auto by = [&](std::size_t k) { return box[k].velocity; };
    // A side grows to both ends of the centre.
    const std::array<Velocity, 5> moves{by(0), by(1), combined(by(2), 1, by(0), -0.5),
                                        combined(by(3), 1, by(1), -0.5), combined(by(4), -1, by(4), 0)};
    for (std::size_t k = 0; k < moves.size(); ++k) {
        const FootprintMotion motion{moves.at(k), jacobian_by_differences(moves.at(k), size, true)};
        visit({place_in_box(k),
               {gradient_term(lowered,
                              derivative(std::get<Footprints>(lowered.map.kind), image, size, motion))}});
    }
}

}  // namespace

void refuse_whole_pixels(const std::string& what) {
    throw InvalidParameter(
        "", what +
                " has whole pixels, which its numbers are rounded to, so that it changes in steps and has no "
                "gradient; a box of stn or gaussian has one, and so has a crop that is sampled (convention "
                "roi-align or tf-crop-and-resize); where to crop is learnt by the score function, as fit "
                "does with "
                "that estimator, and sample for a network");
}

void require_gradients(const Crop& crop, bool /*contracted*/) {
    const bool is_sampled = std::holds_alternative<Crop::SampledForm>(crop.form) ||
                            std::holds_alternative<Crop::TurnedForm>(crop.form);
    if (!is_sampled) refuse_whole_pixels("a crop");
    if (crop.interpolation != Resampling::nearest) return;
    throw InvalidParameter("/interpolation",
                           "a glimpse of nearest neighbours changes in steps, and has no gradient; bilinear "
                           "samples have one");
}

void for_each_gradient(const Crop& crop, Size image, const VisitGradient& visit) {
    const Lowered lowered = lower(crop, image);
    if (const auto* const form = std::get_if<Crop::SampledForm>(&crop.form))
        return visit_sampled(*form, lowered, visit);
    visit_turned(std::get<Crop::TurnedForm>(crop.form), lowered, visit);
}

std::int64_t gradient_memory(const Crop& crop, Size image, Size glimpse) {
    if (std::holds_alternative<Crop::TurnedForm>(crop.form)) {
        const Lowered lowered = lower(crop, image);
        return derivative_memory(std::get<Footprints>(lowered.map.kind), image, glimpse);
    }
    const std::int64_t weights =
        bounded_product(glimpse.width, image.width) + bounded_product(glimpse.height, image.height);
    return bounded_product(weights, 3 * std::int64_t{sizeof(float)});
}

}  // namespace glimpse
