#pragma once

#include "glimpse/mechanisms/crop.hpp"

// Crops as other systems make them: of sampled boxes, and of offsets.

namespace glimpse {

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image.
void validate_sampled(const Crop& crop, const Crop::SampledForm& form);
void validate_offset(const Crop& crop, const Crop::OffsetForm& form);

/// The map for an image of that size. Throws `InvalidParameter`, or `Error` where the box or the window lies
/// wholly outside the image and no fill is given.
Lowered lower_sampled(const Crop& crop, const Crop::SampledForm& form, Size image);
Lowered lower_offset(const Crop& crop, const Crop::OffsetForm& form, Size image);

}  // namespace glimpse
