#include "conversion/fitting.hpp"
#include "conversion/targets.hpp"
#include "glimpse/error.hpp"
#include "mechanisms/retina_window.hpp"

namespace glimpse::conversion {

namespace {

using retina_form::CentreUnits;

bool depends_on_image(const Retina& retina) {
    const auto* const centre = std::get_if<Retina::CentreForm>(&retina.form);
    return centre ? centre->units != CentreUnits::pixels
                  : std::get<Retina::BoxForm>(retina.form).units == Units::fraction;
}

Carried as_retina(const Mechanism& mechanism, const KnownImage& image) {
    if (std::holds_alternative<Retina>(mechanism)) return as_it_is(mechanism);
    const Sight sight = sight_of(mechanism, image);
    Retina retina;
    retina.form = Retina::BoxForm{box_fit(sight)};
    retina.size = sight.size;
    retina.padding = sight.padding;
    retina.window = 0;
    RetinaScales scales;
    const bool is_mean = sight.kernel == Kernel::area || sight.kernel == Kernel::copy;
    scales.pooling = is_mean ? Pooling::mean : Pooling::triangle;
    scales.fill = sight.fill;
    retina.scales = std::make_shared<const RetinaScales>(std::move(scales));
    const bool has_kernel = is_mean || sight.kernel == Kernel::triangle;
    Carried carried{.mechanism = retina, .has_same_kernel = sight.ends_at_box && has_kernel};
    lose_peculiar(sight, carried);
    if (!has_kernel)
        carried.stand_in = "pooling by triangles for its kernel, " + std::string(word_of(sight.kernel));
    return carried;
}

}  // namespace

Sight sight_of(const Retina& retina, const KnownImage& image) {
    const Size known = image.needed_if(depends_on_image(retina), "where this retina lies");
    return sight_of(crop_of_window(retina, retina.window.value_or(0), known), image);
}

Carried with_box(const Retina& retina, const KnownImage& image) {
    if (std::holds_alternative<Retina::BoxForm>(retina.form)) return as_it_is(retina);
    const Size known = image.needed_if(depends_on_image(retina), "where this retina lies");
    Retina boxed = retina;
    boxed.form = std::get<Crop::BoxForm>(crop_of_window(retina, 0, known).form);
    return {.mechanism = boxed, .has_same_kernel = true};
}

Carried points_in_units(const Retina& retina, PointUnits units, const KnownImage& image) {
    Retina changed = retina;
    auto& form = std::get<Retina::CentreForm>(changed.form);
    CentreUnits wanted = CentreUnits::pixels;
    if (units == PointUnits::fraction) wanted = CentreUnits::fraction;
    if (units == PointUnits::normalised) wanted = CentreUnits::normalised;
    if (form.units == wanted) return as_it_is(retina);
    const bool is_truncated = form.units == CentreUnits::truncated;
    const bool uses_pixels =
        is_truncated || form.units == CentreUnits::pixels || wanted == CentreUnits::pixels;
    const Size size = image.needed_if(uses_pixels, "what a fraction is");
    if (is_truncated) form = {in_pixels(form, size), CentreUnits::pixels};
    if (form.units == wanted) return {.mechanism = changed, .has_same_kernel = true};
    const auto converted = [&](double value, int length) {
        double fraction = value;
        if (form.units == CentreUnits::pixels) fraction = value / length;
        if (form.units == CentreUnits::normalised) fraction = (value + 1) / 2;
        if (wanted == CentreUnits::pixels) return fraction * length;
        return wanted == CentreUnits::normalised ? 2 * fraction - 1 : fraction;
    };
    form.centre = {converted(form.centre.x, size.width), converted(form.centre.y, size.height)};
    form.units = wanted;
    return {.mechanism = changed, .has_same_kernel = true};
}

std::vector<Target> retina_targets() {
    return {{"retina", "a window of a retina; a retina's windows stay as they are", as_retina}};
}

}  // namespace glimpse::conversion
