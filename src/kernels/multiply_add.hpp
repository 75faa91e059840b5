#pragma once

#ifdef __FMA__
#include <immintrin.h>
#endif

#include "kernels/lane_types.hpp"

// a·b + c, fused where the instruction set has FMA. These files are compiled without contraction: compilers
// differ in what they fuse, and fuse the body of a vectorised loop and its remainder differently.

namespace glimpse {
namespace {

#ifdef __FMA__

GLIMPSE_INLINE float multiply_add(float a, float b, float c) {
    return __builtin_fmaf(a, b, c);
}
GLIMPSE_INLINE Lanes multiply_add(Lanes a, Lanes b, Lanes c) {
    return reinterpret_cast<Lanes>(_mm256_fmadd_ps(reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b),
                                                   reinterpret_cast<__m256>(c)));
}
GLIMPSE_INLINE DoubleLanes multiply_add(DoubleLanes a, DoubleLanes b, DoubleLanes c) {
    return reinterpret_cast<DoubleLanes>(_mm256_fmadd_pd(
        reinterpret_cast<__m256d>(a), reinterpret_cast<__m256d>(b), reinterpret_cast<__m256d>(c)));
}
#ifdef __AVX512F__
GLIMPSE_INLINE WideLanes multiply_add(WideLanes a, WideLanes b, WideLanes c) {
    return reinterpret_cast<WideLanes>(_mm512_fmadd_pd(
        reinterpret_cast<__m512d>(a), reinterpret_cast<__m512d>(b), reinterpret_cast<__m512d>(c)));
}
#endif

#else

template <typename Values>
GLIMPSE_INLINE Values multiply_add(Values a, Values b, Values c) {
    return a * b + c;
}

#endif

}  // namespace
}  // namespace glimpse
