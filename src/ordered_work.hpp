#pragma once

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <cstddef>
#include <optional>

#include "kept_failure.hpp"

namespace glimpse {

/// Calls work(n) for each number that `next` hands out, at most `count` of them and until it hands out none,
/// on `jobs` threads, and `finished` with the results in that order, from one thread at a time.
template <typename Next, typename Work, typename Finished>
void work_in_order(int jobs, std::size_t count, Next&& next, Work&& work, Finished&& finished) {
    using Result = decltype(work(std::size_t{0}));
    const auto in_flight = static_cast<std::size_t>(jobs);
    const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, in_flight);
    // Of its own, since the usual one never has more threads than there are cores, and some may wait for
    // disks.
    tbb::task_arena arena(jobs);
    if (jobs == 1 || count == 1) {
        return arena.execute([&] {
            while (const std::optional<std::size_t> number = next()) finished(work(*number));
        });
    }
    KeptFailure failure;
    const auto take = [&](tbb::flow_control& control) {
        std::optional<std::size_t> number;
        failure.guard([&] { number = next(); });
        if (!number) control.stop();
        return number.value_or(0);
    };
    const auto finish = [&](const Result& result) { failure.guard([&] { finished(result); }); };
    // What is finished waits here for something slow before it, and nobody waits with it.
    constexpr std::size_t waiting = 4096;
    using tbb::filter_mode;
    arena.execute([&] {
        tbb::parallel_pipeline(in_flight + waiting,
                               tbb::make_filter<void, std::size_t>(filter_mode::serial_in_order, take) &
                                   tbb::make_filter<std::size_t, Result>(filter_mode::parallel, work) &
                                   tbb::make_filter<Result, void>(filter_mode::serial_in_order, finish));
    });
    failure.rethrow();
}

}  // namespace glimpse
