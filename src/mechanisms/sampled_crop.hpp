#pragma once

#include "glimpse/mechanisms/crop.hpp"

// Crops as other systems make them: of sampled boxes, and of offsets.

namespace glimpse {

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image.
void validate_sampled(const Crop& crop, const Crop::SampledForm& form);
void validate_offset(const Crop& crop, const Crop::OffsetForm& form);
void validate_turned(const Crop& crop, const Crop::TurnedForm& form);

/// The map for an image of that size. Throws `InvalidParameter`, or `Error` where the box or the window lies
/// wholly outside the image and no fill is given.
Lowered lower_sampled(const Crop& crop, const Crop::SampledForm& form, Size image);
Lowered lower_offset(const Crop& crop, const Crop::OffsetForm& form, Size image);
Lowered lower_turned(const Crop& crop, const Crop::TurnedForm& form, Size image);

/// From glimpse pixel to image pixel, centre coordinates. `image` matters to `crop_and_resize` alone.
Affine matrix_of(const Crop::SampledForm& form, Size size, Size image);
/// The box, as other mechanisms are turned.
OrientedBox oriented_box(const Crop::TurnedForm& form);
/// The form of such a box, which is in pixels, with as many samples as it takes by itself.
Crop::TurnedForm turned_form(const OrientedBox& box);
/// The pixels of the window.
Rectangle window_of(const Crop::OffsetForm& form, Size size, Size image);

/// The box of a rule, with as many samples as it takes by itself, that is sampled where an upright matrix
/// with a diagonal > 0 says, of `crop_and_resize` ≠ 0; of `roi_align_unaligned` where no side is shorter
/// than 1. `image` as above.
Crop::SampledForm sampled_form(const Affine& upright, crop_form::SamplingRule rule, Size size, Size image);
/// The offset of a window, centred and normalised.
Crop::OffsetForm offset_form(const Rectangle& window, int version, Size image);

}  // namespace glimpse
