#pragma once

// Keys' cubic convolution kernel, "Cubic convolution interpolation for digital image processing" (1981), by
// default with a = -0.75 as torch and OpenCV sample with. GLIMPSE_HOST_DEVICE is `__host__ __device__` for
// CUDA's compiler, and otherwise nothing.

namespace glimpse {

/// a·b + c, each operation rounded.
struct RoundedMultiplyAdd {
    template <typename Value>
    GLIMPSE_HOST_DEVICE constexpr Value operator()(Value a, Value b, Value c) const {
        return a * b + c;
    }
};

/// The kernel at distances 0 ≤ t ≤ 1 (`near`) and 1 ≤ t ≤ 2 (`far`). Files that are compiled for one
/// instruction set give a `MultiplyAdd` of their unnamed namespace: so instantiations for different sets are
/// different functions, and the linker merges none.
template <typename Value, typename MultiplyAdd, int quarters_of_a = -3>
struct CubicConvolution {
    static constexpr Value a = Value{quarters_of_a} / 4;
    MultiplyAdd multiply_add;

    GLIMPSE_HOST_DEVICE constexpr Value near(Value t) const {
        return multiply_add(multiply_add(a + 2, t, -(a + 3)) * t, t, Value{1});
    }
    GLIMPSE_HOST_DEVICE constexpr Value far(Value t) const {
        return multiply_add(multiply_add(multiply_add(a, t, -5 * a), t, 8 * a), t, -4 * a);
    }
};

}  // namespace glimpse
