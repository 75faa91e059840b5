#pragma once

#include "glimpse/mechanisms/gaussian.hpp"

// From the six parameters of Gaussian attention to its other forms: what `axes` undoes.

namespace glimpse {

/// γ of DRAW's five numbers; 1 of any other form.
double gain_of(const Gaussian& gaussian);

/// DRAW's numbers with γ = 1, as the paper or a code has them. Its one stride is that of least squares over
/// the w×h centres, (d_x (w²-1) + d_y (h²-1)) / (w²-1 + h²-1), their middle being kept, and its variance the
/// mean of both. Throws `Error` where that stride is not > 0, or the image has one pixel.
Gaussian::DrawForm draw_form(const Gaussian::AxesForm& axes, Gaussian::Code code, Size image, Size size);

/// The box of which they are the cells' centres, in pixels: its sides are not > 0 where d is not.
Gaussian::BoxForm box_form(const Gaussian::AxesForm& axes, Size size);

/// HART's box from the first to the last centre, in pixels. It says nothing of s.
Gaussian::BoxForm box_form_of_hart(const Gaussian::AxesForm& axes, Size size);

}  // namespace glimpse
