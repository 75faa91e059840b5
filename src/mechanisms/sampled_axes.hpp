#pragma once

#include <vector>

#include "glimpse/banded_matrix.hpp"
#include "glimpse/mechanisms/crop.hpp"

// The axes of boxes that are sampled as other systems do it.

namespace glimpse {

/// An axis of the image, what of it is sampled, from `a` to `b`, and into how many pixels.
struct SampledAxis {
    double a;
    double b;
    int pixels;
    int size;
};

/// Of glimpse pixel to image pixel, centre coordinates: p = step · i + start.
struct Line {
    double step;
    double start;
};

Line line_of(const SampledAxis& axis, crop_form::SamplingRule rule);

/// The weights of the samples of each glimpse pixel; `nearest` where the rule has it.
BandedMatrix sampled_axis(const SampledAxis& axis, const Crop::SampledForm& form, Resampling interpolation);

/// How fast the two ends of what is sampled move.
struct MovingEnds {
    double a;
    double b;
};

/// The derivative of these weights as the ends move, the number of samples being held. Of bilinear samples.
BandedMatrix derivative_of_sampled_axis(const SampledAxis& axis, const Crop::SampledForm& form,
                                        const MovingEnds& moves);

}  // namespace glimpse
