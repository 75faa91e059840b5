#pragma once

#include <tbb/parallel_for.h>

#include <cstddef>

namespace glimpse {

/// Calls step(n) for n = 0 … count - 1, on as many cores as the run may use; a single one without any
/// threads.
template <typename Step>
void for_each_in_parallel(std::size_t count, Step&& step) {
    if (count == 1) return step(std::size_t{0});
    tbb::parallel_for(std::size_t{0}, count, step);
}

}  // namespace glimpse
