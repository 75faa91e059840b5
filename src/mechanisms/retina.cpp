#include "glimpse/mechanisms/retina.hpp"

#include <array>
#include <cmath>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/mechanisms/crop.hpp"
#include "glimpse/words.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/about_centre.hpp"
#include "mechanisms/retina_window.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

double truncated(double normalised, int length) {
    return std::trunc(0.5F * ((static_cast<float>(normalised) + 1.0F) * static_cast<float>(length)));
}

}  // namespace

Point in_pixels(const Retina::CentreForm& form, Size image) {
    const auto& [x, y] = form.centre;
    switch (form.units) {
        case retina_form::CentreUnits::fraction:
            return {x * image.width, y * image.height};
        case retina_form::CentreUnits::normalised:
            return {(x + 1) / 2 * image.width, (y + 1) / 2 * image.height};
        case retina_form::CentreUnits::truncated:
            return {truncated(x, image.width), truncated(y, image.height)};
        case retina_form::CentreUnits::pixels:
            break;
    }
    return form.centre;
}

namespace {

Box first_window(const Retina& retina, Size image) {
    return std::visit(overloaded{[&](const Retina::BoxForm& form) { return in_pixels(form, image); },
                                 [&](const Retina::CentreForm& form) {
                                     const auto [x, y] = in_pixels(form, image);
                                     const auto [width, height] = *retina.size;
                                     return about_centre({x, y, 0, 0}, width, height);
                                 }},
                      retina.form);
}

}  // namespace

Crop crop_of_window(const Retina& retina, int window, Size image) {
    const RetinaScales& scales = *retina.scales;
    const Box first = first_window(retina, image);
    const double scale = std::pow(scales.factor, window);
    const bool is_mean = scales.pooling == Pooling::mean;
    Crop crop;
    crop.form = Crop::BoxForm{about_centre(first, scale * first.width, scale * first.height)};
    crop.size = retina.size;
    if (!crop.size && window > 0) {
        require_short_sides(first);
        crop.size = rounded(first).size();
    }
    crop.padding = retina.padding;
    crop.interpolation = is_mean ? Resampling::area : Resampling::bilinear;
    crop.fill = scales.fill;
    return crop;
}

namespace {

/// Where a document says where the windows lie.
std::string place_field(const Retina& retina) {
    return std::holds_alternative<Retina::BoxForm>(retina.form) ? "/box" : "/centre";
}

void validate_form(const Retina& retina) {
    if (const auto* const centre = std::get_if<Retina::CentreForm>(&retina.form)) {
        require_finite(std::array{centre->centre.x, centre->centre.y}, "/centre");
        if (!retina.size)
            throw InvalidParameter("/size", "a retina about a centre needs a size [width, height]");
        return require_glimpse_size(*retina.size, "/size");
    }
    const auto& box = std::get<Retina::BoxForm>(retina.form);
    require_upright(box, Retina::name);
    Crop crop;
    crop.form = box;
    crop.size = retina.size;
    validate(crop);
}

}  // namespace

std::shared_ptr<const RetinaScales> default_retina_scales() {
    static const auto scales = std::make_shared<const RetinaScales>();
    return scales;
}

std::vector<Retina> windows(const Retina& retina) {
    if (retina.window) return {};
    std::vector<Retina> all(static_cast<std::size_t>(retina.scales->count), retina);
    int k = 0;
    for (Retina& one : all) one.window = k++;
    return all;
}

void validate(const Retina& retina) {
    const RetinaScales& scales = *retina.scales;
    const std::string most = std::to_string(RetinaScales::most);
    if (scales.count < 1 || scales.count > RetinaScales::most) {
        throw InvalidParameter("/scales",
                               "a retina has 1 to " + most + " scales, not " + std::to_string(scales.count));
    }
    if (!std::isfinite(scales.factor) || scales.factor <= 1) {
        throw InvalidParameter("/factor",
                               "each window is larger than the one before: the factor is > 1, not " +
                                   number_text(scales.factor));
    }
    const int window = retina.window.value_or(0);
    if (window < 0 || window >= RetinaScales::most) {
        throw InvalidParameter("/window", "a window's number is at least 0 and less than " + most + ", not " +
                                              std::to_string(window));
    }
    require_float32(scales.fill);
    validate_form(retina);
}

Lowered lower(const Retina& retina, Size image) {
    validate(retina);
    if (!retina.window)
        throw InvalidParameter("/window", "a map is that of one window: say its number, from 0");
    try {
        return lower(crop_of_window(retina, *retina.window, image), image);
    } catch (const InvalidParameter& error) {
        if (error.field() != "/box") throw;
        throw InvalidParameter(place_field(retina), "window " + std::to_string(*retina.window) +
                                                        " of the retina: " + error.what());
    }
}

}  // namespace glimpse
