#include "glimpse/run.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "pipeline/extraction.hpp"
#include "system/ordered_work.hpp"

namespace glimpse {

namespace {

/// Extracts jobs until the run is interrupted or fails fast.
class Extractor {
  public:
    Extractor(const OutputPlan& plan, const Backend& backend, const RunOptions& options)
        : plan_(plan), backend_(backend), options_(options) {}

    [[nodiscard]] bool is_over() const { return stopped_ || options_.interrupted(); }

    FinishedJob operator()(ImageJob job) {
        FinishedJob done = extract(std::move(job), plan_, backend_, options_);
        if (options_.ends_with(done.report)) stopped_ = true;
        return done;
    }

  private:
    const OutputPlan& plan_;
    const Backend& backend_;
    const RunOptions& options_;
    std::atomic<bool> stopped_ = false;
};

/// The threads, and the most jobs between their source and their consumer.
struct Concurrency {
    int threads;
    std::size_t in_flight;
};

Concurrency concurrency_for(const JobSource& jobs, const OutputPlan& plan, int wanted) {
    const std::optional<std::size_t> count = jobs.size();
    if (!count || !plan.options.archive.empty()) {
        // One more, since one may block on the input or on the consumer.
        const int threads = wanted == 1 ? 1 : wanted + 1;
        return {.threads = threads, .in_flight = static_cast<std::size_t>(threads)};
    }
    // Finished jobs queue behind a slow one without idle threads.
    constexpr std::size_t waiting = 4096;
    return {.threads = wanted, .in_flight = std::min(*count, static_cast<std::size_t>(wanted) + waiting)};
}

constexpr std::size_t more_than_one = 2;

/// At most one glimpse: not worth starting threads.
bool is_single(const ImageJob& job) {
    return job.glimpses->size() <= 1;
}

}  // namespace

void run(JobSource& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
         const Finished& finished) {
    Extractor extract_one(plan, backend, options);
    const Concurrency concurrency = concurrency_for(jobs, plan, options.jobs);
    std::optional<ImageJob> first;
    auto next = [&]() -> std::optional<ImageJob> {
        if (extract_one.is_over()) return std::nullopt;
        return first ? std::exchange(first, std::nullopt) : jobs.next();
    };
    if (jobs.size().value_or(more_than_one) <= 1) {
        first = next();
        if (!first) return;
        if (is_single(*first)) return finished(extract_one(*std::exchange(first, std::nullopt)));
    }
    work_through_on(
        concurrency.threads, concurrency.in_flight, next,
        [&](ImageJob job) { return extract_one(std::move(job)); }, finished);
}

}  // namespace glimpse
