#pragma once

#include <limits>

#include "kernels/lane_types.hpp"

// A homography of a number, or of several in a register, with the same bits. As in lanes.hpp, instruction
// sets share no code.

namespace glimpse {
namespace {

/// m_0 j + m_1 i + m_2 of a row of the matrix.
template <typename Numbers>
GLIMPSE_INLINE Numbers homogeneous(const double* m, Numbers j, double i) {
    return m[0] * j + m[1] * i + m[2];
}

/// What x and y are divided by: d, and NaN where d ≤ 0, which lies behind the viewer. Without a branch.
template <typename Numbers>
GLIMPSE_INLINE Numbers divisor(Numbers d) {
    return d > 0.0 ? d : Numbers{} + std::numeric_limits<double>::quiet_NaN();
}

}  // namespace
}  // namespace glimpse
