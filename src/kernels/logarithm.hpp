#pragma once

#include <cstdint>
#include <cstring>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "kernels/lane_types.hpp"
#include "kernels/lanes.hpp"
#include "kernels/multiply_add.hpp"

// The natural logarithm of a register of float64. As in lanes.hpp, instruction sets share no code.

namespace glimpse {
namespace {

/// log x of positive normal numbers, to 1e-14 + 2e-16 |log x|.
class Logarithm {
  public:
    [[nodiscard]] GLIMPSE_INLINE WideLanes of(WideLanes x) const;

  private:
    static constexpr double log_2 = 0.693147180559945309417;
#ifdef __AVX512F__
    /// 1 / m and log m of the middles of the sixteenths of [1, 2), m = 1 + (k + ½)/16.
    static constexpr int parts = 16;
    static constexpr double inverses[parts] = {
        32.0 / 33, 32.0 / 35, 32.0 / 37, 32.0 / 39, 32.0 / 41, 32.0 / 43, 32.0 / 45, 32.0 / 47,
        32.0 / 49, 32.0 / 51, 32.0 / 53, 32.0 / 55, 32.0 / 57, 32.0 / 59, 32.0 / 61, 32.0 / 63};
    static constexpr double logarithms[parts] = {
        0.03077165866675369, 0.08961215868968714, 0.14518200984449789, 0.19782574332991987,
        0.24783616390458127, 0.29546421289383590, 0.34092658697059320, 0.38441169891033206,
        0.42608439531090010, 0.46608972992459924, 0.50455601075239530, 0.54159728243274440,
        0.57731536503482360, 0.61180154110599290, 0.64513796137358470, 0.67739882359180610};

    /// A table in two registers, of which `of` takes the numbers that the last four bits of `index` say.
    struct Table {
        __m512d first;
        __m512d second;
        explicit Table(const double* numbers)
            : first(_mm512_loadu_pd(numbers)), second(_mm512_loadu_pd(numbers + parts / 2)) {}
        [[nodiscard]] GLIMPSE_INLINE WideLanes of(__m512i index) const {
            return reinterpret_cast<WideLanes>(_mm512_permutex2var_pd(first, index, second));
        }
    };
    Table inverse_{inverses};
    Table logarithm_{logarithms};
#endif
};

#ifdef __AVX512F__

/// By a table in registers (Tang 1990, "Table-Driven Implementation of the Logarithm Function in IEEE
/// Floating-Point Arithmetic"): a division would take longer than all else.
GLIMPSE_INLINE WideLanes Logarithm::of(WideLanes x) const {
    const auto bits = reinterpret_cast<__m512d>(x);
    constexpr __mmask8 all = 0xff;  // GCC 12 warns of the unmasked intrinsics
    const auto exponent = reinterpret_cast<WideLanes>(_mm512_maskz_getexp_pd(all, bits));
    const auto mantissa =
        reinterpret_cast<WideLanes>(_mm512_maskz_getmant_pd(all, bits, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src));
    constexpr int below_index = 52 - 4;
    using Unsigned = std::uint64_t __attribute__((vector_size(sizeof(WideLanes))));
    const auto index = reinterpret_cast<__m512i>(reinterpret_cast<Unsigned>(x) >> below_index);
    // log (1 + r), |r| ≤ 1/33, to 2e-15: r times what interpolates log (1 + r) / r at 7 Chebyshev points.
    const WideLanes r = multiply_add(mantissa, inverse_.of(index), wide(-1.0));
    WideLanes sum = wide(0.14303586389652514);
    for (const double term : {-0.16686772363781652, 0.19999991791946398, -0.24999990766190314,
                              0.3333333333427558, -0.5000000000106, 1.0})
        sum = multiply_add(sum, r, wide(term));
    return multiply_add(r, sum, multiply_add(exponent, wide(log_2), logarithm_.of(index)));
}

#else

GLIMPSE_INLINE WideLanes Logarithm::of(WideLanes x) const {
    // x = m · 2^e, √½ ≤ m < √2.
    constexpr std::int64_t bits_of_root_half = 0x3fe6a09e667f3bcd;
    constexpr std::int64_t bits_of_1 = 0x3ff0000000000000;
    constexpr int mantissa = 52;
    using Unsigned = std::uint64_t __attribute__((vector_size(sizeof(WideLanes))));
    const auto bits = reinterpret_cast<LongLanes>(x);
    const auto shifted = reinterpret_cast<Unsigned>(bits + (bits_of_1 - bits_of_root_half)) >> mantissa;
    const auto exponent = reinterpret_cast<LongLanes>(shifted);  // e + 1023
    const auto m = reinterpret_cast<WideLanes>(bits + bits_of_1 - (exponent << mantissa));
    // A whole number below 2^52 in the mantissa of 2^52, since not every set converts 64-bit integers.
    constexpr double two_to_the_52 = 0x1p52;
    constexpr std::int64_t bits_of_two_to_the_52 = 0x4330000000000000;
    const WideLanes e =
        reinterpret_cast<WideLanes>(exponent + bits_of_two_to_the_52) - (two_to_the_52 + 1023);
    // log m = 2 artanh s, s = (m - 1)/(m + 1), |s| < 0.172: the next term is below 1e-14.
    const WideLanes s = (m - 1.0) / (m + 1.0);
    const WideLanes z = s * s;
    WideLanes sum = wide(1.0 / 15);
    for (const double term : {1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3, 1.0})
        sum = multiply_add(sum, z, wide(term));
    return multiply_add(e, wide(log_2), (s + s) * sum);
}

#endif

}  // namespace
}  // namespace glimpse
