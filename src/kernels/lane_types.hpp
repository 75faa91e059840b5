#pragma once

#include <cstdint>

// Eight values at once, in whatever registers the instruction set has for them.

#define GLIMPSE_INLINE __attribute__((always_inline)) inline

namespace glimpse {
namespace {

constexpr int lane_count = 8;
using Lanes = float __attribute__((vector_size(lane_count * sizeof(float))));
constexpr int double_lane_count = 4;
using DoubleLanes = double __attribute__((vector_size(double_lane_count * sizeof(double))));
using LongLanes = std::int64_t __attribute__((vector_size(double_lane_count * sizeof(std::int64_t))));
using IntLanes = std::int32_t __attribute__((vector_size(lane_count * sizeof(std::int32_t))));

/// The widest registers of float64: they pay where nothing waits for memory.
#ifdef __AVX512F__
constexpr int wide_lane_count = 8;
using WideLanes = double __attribute__((vector_size(wide_lane_count * sizeof(double))));
#else
constexpr int wide_lane_count = double_lane_count;
using WideLanes = DoubleLanes;
#endif

}  // namespace
}  // namespace glimpse
