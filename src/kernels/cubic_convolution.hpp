#pragma once

// Keys' cubic convolution kernel, "Cubic convolution interpolation for digital image processing" (1981), with
// a = -0.75 as torch and OpenCV have it.

namespace glimpse {

/// a·b + c, each operation rounded.
struct MultiplyThenAdd {
    template <typename Value>
    GLIMPSE_HOST_DEVICE constexpr Value operator()(Value a, Value b, Value c) const {
        return a * b + c;
    }
};

/// The kernel at distances 0 ≤ t ≤ 1 and 1 ≤ t ≤ 2, in the arithmetic of `multiply_add`. An instruction set's
/// own type of it keeps the functions to themselves.
template <typename Value, typename MultiplyAdd>
struct CubicConvolution {
    static constexpr Value a = -0.75;
    MultiplyAdd multiply_add;

    GLIMPSE_HOST_DEVICE constexpr Value near(Value t) const {
        return multiply_add(multiply_add(a + 2, t, -(a + 3)) * t, t, Value{1});
    }
    GLIMPSE_HOST_DEVICE constexpr Value far(Value t) const {
        return multiply_add(multiply_add(multiply_add(a, t, -5 * a), t, 8 * a), t, -4 * a);
    }
};

}  // namespace glimpse
