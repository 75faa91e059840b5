#pragma once

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "system/kept_failure.hpp"

namespace glimpse {

/// An ordered pipeline: calls work(item) for each item of `next`, until that gives none, on as many cores as
/// the run may use, and `finished` with the results, in the items' order and from one thread at a time. At
/// most `in_flight` items are between `next` and `finished`. Throws what any of the three throws first, after
/// which none of them is called again.
template <typename Next, typename Work, typename Finished>
void work_through(std::size_t in_flight, Next&& next, Work&& work, Finished&& finished) {
    using Item = decltype(next());  // a `std::optional`
    using Result = std::optional<decltype(work(*next()))>;
    KeptFailure failure;
    const auto take = [&](tbb::flow_control& control) {
        Item item;
        failure.guard([&] { item = next(); });
        if (!item) control.stop();
        return item;
    };
    const auto work_guarded = [&](Item item) {
        Result result;
        failure.guard([&] { result = work(*std::move(item)); });
        return result;
    };
    const auto finish_guarded = [&](Result result) { failure.guard([&] { finished(*std::move(result)); }); };
    using tbb::filter_mode;
    tbb::parallel_pipeline(in_flight,
                           tbb::make_filter<void, Item>(filter_mode::serial_in_order, take) &
                               tbb::make_filter<Item, Result>(filter_mode::parallel, work_guarded) &
                               tbb::make_filter<Result, void>(filter_mode::serial_in_order, finish_guarded));
    failure.rethrow();
}

/// The same on `threads` threads of its own; serially where `threads` or `in_flight` is 1.
template <typename Next, typename Work, typename Finished>
void work_through_on(int threads, std::size_t in_flight, Next&& next, Work&& work, Finished&& finished) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(threads));
    // The default arena has no more threads than there are cores, and some may wait for disks.
    tbb::task_arena arena(threads);
    arena.execute([&] {
        if (threads > 1 && in_flight > 1) return work_through(in_flight, next, work, finished);
        while (auto item = next()) finished(work(*std::move(item)));
    });
}

}  // namespace glimpse
