#pragma once

#include <opencv2/core/matx.hpp>

namespace glimpse {

/// Moreland's cool-warm at u (R, G, B), 0 ≤ u ≤ 1: from blue over a light grey to red, whose ends are equally
/// dark. In CIELAB's polar form, magnitude M, saturation s and hue h,
///
///     (M, s, h) = (M₀ + t (M₁ - M₀), t s₁, h₀ + t (h₁ - h₀)),   t = |2u - 1|,
///
/// 1 being the end on that side, M₀ = max(M of both ends, 88), and h₀ the hue with which grey is left.
/// K. Moreland, "Diverging Color Maps for Scientific Visualization", 2009.
cv::Vec3b coolwarm(double u);

}  // namespace glimpse
