#pragma once

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <cstddef>

namespace glimpse {

/// Calls step(n) for n = 0 … count - 1, on as many cores as the run may use; a single one without any
/// threads. Whoever waits here for others takes no other work meanwhile: it would begin another image on top
/// of its own, and there would be more in flight than was asked for.
template <typename Step>
void for_each_in_parallel(std::size_t count, Step&& step) {
    if (count == 1) return step(std::size_t{0});
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, count, step); });
}

}  // namespace glimpse
