#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "kernels/lane_types.hpp"

// By intrinsics: compilers convert vectors of small integers element by element.

namespace glimpse {
namespace {

GLIMPSE_INLINE Lanes load(const float* from) {
    return reinterpret_cast<Lanes>(_mm256_loadu_ps(from));
}
GLIMPSE_INLINE Lanes load(const std::uint8_t* from) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    return reinterpret_cast<Lanes>(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)));
}
GLIMPSE_INLINE Lanes load(const std::uint16_t* from) {
    const __m128i words = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return reinterpret_cast<Lanes>(_mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(words)));
}

GLIMPSE_INLINE void store(Lanes values, float* to) {
    _mm256_storeu_ps(to, reinterpret_cast<__m256>(values));
}

/// Rounded half to even and saturated to 0 … high, as 16-bit words; NaN as 0: `_mm256_max_ps` returns its
/// second operand then.
GLIMPSE_INLINE __m128i rounded_words(Lanes values, float high) {
    const __m256 positive = _mm256_max_ps(reinterpret_cast<__m256>(values), _mm256_setzero_ps());
    const __m256i whole = _mm256_cvtps_epi32(_mm256_min_ps(positive, _mm256_set1_ps(high)));
    return _mm_packus_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
}
GLIMPSE_INLINE void store(Lanes values, std::uint8_t* to) {
    const __m128i words = rounded_words(values, 255.0F);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(words, words));
}
GLIMPSE_INLINE void store(Lanes values, std::uint16_t* to) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), rounded_words(values, 65535.0F));
}

}  // namespace
}  // namespace glimpse
