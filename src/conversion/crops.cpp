#include <cmath>
#include <numbers>

#include "conversion/fitting.hpp"
#include "conversion/targets.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "mechanisms/crop_pixels.hpp"
#include "mechanisms/sampled_crop.hpp"

namespace glimpse::conversion {

namespace {

using Rule = crop_form::SamplingRule;

Kernel kernel_of(Resampling resampling) {
    switch (resampling) {
        case Resampling::nearest:
            return Kernel::nearest;
        case Resampling::bicubic:
            return Kernel::cubic;
        case Resampling::lanczos:
            return Kernel::lanczos;
        case Resampling::area:
            return Kernel::area;
        case Resampling::bilinear_samples:
            return Kernel::bilinear;
        case Resampling::bicubic_samples:
            return Kernel::bicubic;
        case Resampling::bilinear:
            break;
    }
    return Kernel::triangle;
}

/// Of a Gaussian, the one that is about as wide as its own default.
Resampling resampling_of(Kernel kernel) {
    switch (kernel) {
        case Kernel::nearest:
            return Resampling::nearest;
        case Kernel::cubic:
            return Resampling::bicubic;
        case Kernel::lanczos:
            return Resampling::lanczos;
        case Kernel::area:
            return Resampling::area;
        case Kernel::bilinear:
            return Resampling::bilinear_samples;
        case Kernel::bicubic:
            return Resampling::bicubic_samples;
        case Kernel::copy:
        case Kernel::triangle:
        case Kernel::gaussian:
            break;
    }
    return Resampling::bilinear;
}

/// Of a crop that has whole pixels of a box.
Sight sight_of_pixels(const Rectangle& pixels, const Crop& crop) {
    const Size size = crop.size.value_or(pixels.size());
    const Box box{double(pixels.x), double(pixels.y), double(pixels.width), double(pixels.height)};
    Sight sight{.size = size, .points = box_to_image(box, size), .box = OrientedBox{box}};
    sight.kernel = size == pixels.size() ? Kernel::copy : kernel_of(crop.interpolation);
    const auto deviation = [&](int length, int count) {
        return length == count ? 0 : deviation_of(sight.kernel, double(length) / count);
    };
    sight.deviation = {deviation(pixels.width, size.width), deviation(pixels.height, size.height)};
    sight.ends_at_box = true;
    return sight;
}

Sight sight_of_form(const Crop::BoxForm& form, const Crop& crop, const KnownImage& image) {
    const Size size = image.needed_if(form.units == Units::fraction, "a box in fractions");
    return sight_of_pixels(rounded_to_pixels(in_pixels(form, size)), crop);
}

Sight sight_of_form(const Crop::IndexForm& form, const Crop& /*crop*/, const KnownImage& /*image*/) {
    const Size size{static_cast<int>(form.columns.size()), static_cast<int>(form.rows.size())};
    if (const std::optional<Affine> matrix = matrix_of(form)) return {.size = size, .points = *matrix};
    constexpr std::int64_t most = std::int64_t{1} << 24;
    if (size.area() > most)
        throw Error("its rows and columns are not equally spaced, and more than " + power_of_two(most) +
                    " pixels");
    std::vector<Point> points;
    points.reserve(static_cast<std::size_t>(size.area()));
    for (const int y : form.rows) {
        for (const int x : form.columns) points.push_back({double(x), double(y)});
    }
    return {.size = size, .points = {std::move(points), size.width}};
}

Sight sight_of_form(const Crop::SampledForm& form, const Crop& crop, const KnownImage& image) {
    const bool is_resized = form.rule == Rule::crop_and_resize;
    const Affine matrix =
        matrix_of(form, *crop.size, image.needed_if(is_resized, "a box of tf-crop-and-resize"));
    Sight sight{.size = *crop.size, .points = matrix};
    sight.kernel = crop.interpolation == Resampling::nearest ? Kernel::nearest : Kernel::bilinear;
    if (!is_resized && form.samples != 1) sight.kernel = Kernel::area;
    sight.deviation = {deviation_of(sight.kernel, matrix.m[0][0]),
                       deviation_of(sight.kernel, matrix.m[1][1])};
    return sight;
}

Sight sight_of_form(const Crop::TurnedForm& form, const Crop& crop, const KnownImage& /*image*/) {
    const OrientedBox box = oriented_box(form);
    Sight sight{.size = *crop.size, .points = box_to_image(box.box, *crop.size, box.angle), .box = box};
    sight.kernel = form.samples == 1 ? Kernel::bilinear : Kernel::area;
    sight.deviation = {deviation_of(sight.kernel, form.width / crop.size->width),
                       deviation_of(sight.kernel, form.height / crop.size->height)};
    return sight;
}

Sight sight_of_form(const Crop::OffsetForm& form, const Crop& crop, const KnownImage& image) {
    return sight_of_pixels(window_of(form, *crop.size, image.needed("where an offset leads")), crop);
}

/// What all crops take of a sight.
Crop crop_of(const Sight& sight) {
    Crop crop;
    crop.size = sight.size;
    crop.padding = sight.padding;
    crop.fill = sight.fill;
    return crop;
}

Carried as_box(const Mechanism& mechanism, const KnownImage& image) {
    const Sight sight = sight_of(mechanism, image);
    Crop crop = crop_of(sight);
    crop.form = Crop::BoxForm{box_fit(sight)};
    crop.interpolation = resampling_of(sight.kernel);
    Carried carried{.mechanism = crop, .has_same_kernel = sight.ends_at_box};
    lose_peculiar(sight, carried);
    if (sight.kernel == Kernel::gaussian)
        carried.stand_in = "an antialiased bilinear kernel for the Gaussians";
    return carried;
}

constexpr std::string_view no_border = "what lies outside is a number there, or the mean";

/// A crop that takes no padding but a constant.
Carried with_constant(Crop crop, const Sight& sight) {
    crop.padding = crop.padding ? std::optional(Padding::zeros) : std::nullopt;
    Carried carried{.mechanism = std::move(crop)};
    lose_peculiar(sight, carried);
    lose_padding(sight, no_border, carried);
    return carried;
}

/// Whether a sample takes as few pixels as roi-align's single one.
bool is_sample(Kernel kernel) {
    return kernel == Kernel::copy || kernel == Kernel::nearest || kernel == Kernel::bilinear ||
           kernel == Kernel::bicubic;
}

Carried as_sampled(const Mechanism& mechanism, Rule rule, const KnownImage& image) {
    if (const auto* const crop = std::get_if<Crop>(&mechanism)) {
        const auto* const form = std::get_if<Crop::SampledForm>(&crop->form);
        if (form && form->rule == rule) return as_it_is(mechanism);
    }
    const bool is_resized = rule == Rule::crop_and_resize;
    const Sight sight = sight_of(mechanism, image);
    const Size size = image.needed_if(is_resized, "a box of tf-crop-and-resize");
    if (is_resized && (size.width == 1 || size.height == 1))
        throw Error("tf-crop-and-resize measures in an image's sides less one, and one of these is 1");
    Crop crop = crop_of(sight);
    const Affine upright = is_resized ? mirrored_fit(sight) : upright_fit(sight);
    Crop::SampledForm form = sampled_form(upright, rule, sight.size, size);
    if (!is_resized && is_sample(sight.kernel)) form.samples = 1;
    const bool is_nearest = is_resized && sight.kernel == Kernel::nearest;
    if (is_nearest) crop.interpolation = Resampling::nearest;
    crop.form = form;
    Carried carried = with_constant(crop, sight);
    const bool has_kernel = is_nearest || sight.kernel == Kernel::copy || sight.kernel == Kernel::bilinear ||
                            (!is_resized && sight.kernel == Kernel::area);
    if (!has_kernel) {
        carried.stand_in =
            std::string(form.samples == 1 || is_resized ? "bilinear samples" : "means of samples") +
            " for its kernel, " + std::string(word_of(sight.kernel));
    }
    return carried;
}

Carried as_turned(const Mechanism& mechanism, const KnownImage& image) {
    if (const auto* const crop = std::get_if<Crop>(&mechanism)) {
        if (std::holds_alternative<Crop::TurnedForm>(crop->form)) return as_it_is(mechanism);
    }
    const Sight sight = sight_of(mechanism, image);
    Crop crop = crop_of(sight);
    Crop::TurnedForm form = turned_form(turned_box_fit(sight));
    if (is_sample(sight.kernel)) form.samples = 1;
    crop.form = form;
    Carried carried = with_constant(crop, sight);
    if (sight.kernel != Kernel::copy && sight.kernel != Kernel::bilinear && sight.kernel != Kernel::area) {
        carried.stand_in = std::string(form.samples == 1 ? "bilinear samples" : "means of samples") +
                           " for its kernel, " + std::string(word_of(sight.kernel));
    }
    return carried;
}

/// As mmcv has it, in radians.
Carried as_turned_of_mmcv(const Mechanism& mechanism, const KnownImage& image) {
    Carried carried = as_turned(mechanism, image);
    carried.rewrite = [](Json& keys) {
        keys["convention"] =
            parameters::word_of<parameters::TurnedBox>(parameters::turned_boxes, parameters::TurnedBox::mmcv);
        keys["box"][4] = keys["box"][4].get<double>() * std::numbers::pi / 180;
    };
    return carried;
}

Carried as_offset(const Mechanism& mechanism, int version, const KnownImage& image) {
    if (const auto* const crop = std::get_if<Crop>(&mechanism)) {
        const auto* const form = std::get_if<Crop::OffsetForm>(&crop->form);
        if (form && form->version == version) return as_it_is(mechanism);
    }
    const Size size = image.needed("where an offset leads");
    const Sight sight = sight_of(mechanism, image);
    const Affine fit = affine_fit(sight.points, sight.size);
    const auto middle = fit((sight.size.width - 1) / 2.0, (sight.size.height - 1) / 2.0);
    const Rectangle window = rounded_to_pixels({edge_from_centre(middle.x) - sight.size.width / 2.0,
                                                edge_from_centre(middle.y) - sight.size.height / 2.0,
                                                double(sight.size.width), double(sight.size.height)});
    Crop crop = crop_of(sight);
    crop.form = offset_form({window.x, window.y, sight.size.width, sight.size.height}, version, size);
    Carried carried = with_constant(crop, sight);
    if (sight.kernel != Kernel::copy)
        carried.stand_in = "a window of the image's own pixels for what is scaled or turned";
    return carried;
}

}  // namespace

Sight sight_of(const Crop& crop, const KnownImage& image) {
    Sight sight = std::visit([&](const auto& form) { return sight_of_form(form, crop, image); }, crop.form);
    sight.padding = crop.padding;
    sight.fill = crop.fill;
    return sight;
}

Carried with_box(const Crop& crop, const KnownImage& image) {
    return std::holds_alternative<Crop::BoxForm>(crop.form) ? as_it_is(crop) : as_box(crop, image);
}

std::vector<Target> crop_targets() {
    std::vector<Target> targets{{"crop", "a crop, of a box with whole pixels; crops stay as they are",
                                 [](const Mechanism& mechanism, const KnownImage& image) {
                                     return std::holds_alternative<Crop>(mechanism)
                                                ? as_it_is(mechanism)
                                                : as_box(mechanism, image);
                                 }}};
    constexpr std::array<std::string_view, 3> meanings{
        "a crop, as TensorFlow's crop_and_resize samples a box",
        "a crop, as torchvision's roi_align does with aligned=True", "the same with aligned=False"};
    for (std::size_t k = 0; k < parameters::sampling_rules.size(); ++k) {
        const auto& [word, rule] = parameters::sampling_rules[k];
        targets.push_back(
            {word, meanings.at(k), [rule = rule](const Mechanism& mechanism, const KnownImage& image) {
                 return as_sampled(mechanism, rule, image);
             }});
    }
    targets.push_back({parameters::word_of<parameters::TurnedBox>(parameters::turned_boxes,
                                                                  parameters::TurnedBox::detectron),
                       "a crop, as detectron2's ROIAlignRotated samples a turned box", as_turned});
    targets.push_back(
        {parameters::word_of<parameters::TurnedBox>(parameters::turned_boxes, parameters::TurnedBox::mmcv),
         "the same, as mmcv's RoIAlignRotated", as_turned_of_mmcv});
    for (const auto& [word, version] : parameters::offset_versions) {
        targets.push_back({word,
                           version == 1 ? "a crop, where TensorFlow's extract_glimpse puts a window"
                                        : "the same of its second version",
                           [version = version](const Mechanism& mechanism, const KnownImage& image) {
                               return as_offset(mechanism, version, image);
                           }});
    }
    return targets;
}

}  // namespace glimpse::conversion
