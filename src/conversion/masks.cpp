#include "conversion/fitting.hpp"
#include "conversion/targets.hpp"
#include "glimpse/error.hpp"
#include "mechanisms/crop_pixels.hpp"

namespace glimpse::conversion {

namespace {

/// A mask of a box that is cropped to it shows the image's own pixels, as a crop that is not resized does.
Carried as_mask(const Mechanism& mechanism, const KnownImage& image) {
    if (std::holds_alternative<Mask>(mechanism)) return as_it_is(mechanism);
    const Sight sight = sight_of(mechanism, image);
    if (sight.kernel != Kernel::copy || !sight.box)
        throw Error(
            "a mask shows the image's own pixels, and this glimpse is scaled, turned or weighed otherwise");
    const Size size = image.needed("whether a mask can show all of this box");
    if (!whole(size).contains(rounded_to_pixels(sight.box->box)))
        throw Error("a mask ends with the image of " + to_string(size) +
                    " pixels, and this box reaches beyond it");
    Mask mask;
    mask.form = Mask::BoxForm{*sight.box};
    mask.kind = Mask::Kind::hard;
    mask.select = Mask::Select::box;
    Carried carried{.mechanism = mask, .has_same_kernel = true};
    carried.gains.emplace_back("an alpha channel, opaque everywhere, which a mask's selection has");
    lose_peculiar(sight, carried);
    return carried;
}

}  // namespace

Carried with_box(const Mask& mask, const KnownImage& /*image*/) {
    if (std::holds_alternative<Mask::BoxForm>(mask.form)) return as_it_is(mask);
    throw Error("the weights of this mask are no box's");
}

std::vector<Target> mask_targets() {
    return {{"mask", "a mask of the box, cropped to it; masks stay as they are", as_mask}};
}

}  // namespace glimpse::conversion
