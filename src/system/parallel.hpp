#pragma once

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <cstddef>
#include <optional>

#include "system/ordered_work.hpp"

namespace glimpse {

/// The cores that the run may use.
inline int cores_of_run() {
    return tbb::this_task_arena::max_concurrency();
}

/// Calls step(n) for n = 0 … count - 1, on as many cores as the run may use; a single step on the calling
/// thread. Isolated: a thread that waits here must not steal the work of another image, which would exceed
/// the number of images in flight.
template <typename Step>
void for_each_in_parallel(std::size_t count, Step&& step) {
    if (count == 1) return step(std::size_t{0});
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, count, step); });
}

/// Calls make(n) for n = 0 … count - 1, on as many cores as the run may use, and `take` with the results, in
/// that order and one at a time. At most cores + 1 results are in flight.
template <typename Make, typename Take>
void make_and_take(std::size_t count, Make&& make, Take&& take) {
    const auto cores = static_cast<std::size_t>(cores_of_run());
    auto next = [count, n = std::size_t{0}]() mutable {
        return n < count ? std::optional(n++) : std::nullopt;
    };
    tbb::this_task_arena::isolate([&] { work_through(cores + 1, next, make, take); });
}

}  // namespace glimpse
