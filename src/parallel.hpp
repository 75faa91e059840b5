#pragma once

#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <cstddef>

#include "kept_failure.hpp"

namespace glimpse {

/// Calls step(n) for n = 0 … count - 1, on as many cores as the run may use; a single one without any
/// threads. Whoever waits here for others takes no other work meanwhile: it would begin another image on top
/// of its own, and there would be more in flight than was asked for.
template <typename Step>
void for_each_in_parallel(std::size_t count, Step&& step) {
    if (count == 1) return step(std::size_t{0});
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, count, step); });
}

/// Calls make(n) for n = 0 … count - 1, on as many cores as the run may use, and `take` with what each
/// returns, in that order and one at a time. No more are made than are soon taken.
template <typename Make, typename Take>
void make_and_take(std::size_t count, Make&& make, Take&& take) {
    using Made = decltype(make(std::size_t{0}));
    std::size_t next = 0;
    KeptFailure failure;
    const auto number = [&](tbb::flow_control& control) {
        if (next == count || failure) control.stop();
        return next++;
    };
    const auto make_guarded = [&](std::size_t n) {
        Made made;
        failure.guard([&] { made = make(n); });
        return made;
    };
    const auto take_guarded = [&](const Made& made) { failure.guard([&] { take(made); }); };
    const auto cores = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
    using tbb::filter_mode;
    tbb::this_task_arena::isolate([&] {
        tbb::parallel_pipeline(cores + 1,
                               tbb::make_filter<void, std::size_t>(filter_mode::serial_in_order, number) &
                                   tbb::make_filter<std::size_t, Made>(filter_mode::parallel, make_guarded) &
                                   tbb::make_filter<Made, void>(filter_mode::serial_in_order, take_guarded));
    });
    failure.rethrow();
}

}  // namespace glimpse
