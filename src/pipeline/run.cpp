#include "glimpse/run.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "pipeline/extraction.hpp"
#include "system/ordered_work.hpp"

namespace glimpse {

namespace {

/// Extracts jobs until nothing new is to be started.
class Extractor {
  public:
    Extractor(const OutputPlan& plan, const Backend& backend, const RunOptions& options)
        : plan_(plan), backend_(backend), options_(options) {}

    [[nodiscard]] bool is_over() const { return stopped_ || options_.interrupted(); }

    FinishedJob operator()(ImageJob job) {
        FinishedJob done = extract(std::move(job), plan_, backend_, options_);
        if (options_.fail_fast && !done.report.error.empty()) stopped_ = true;
        return done;
    }

  private:
    const OutputPlan& plan_;
    const Backend& backend_;
    const RunOptions& options_;
    std::atomic<bool> stopped_ = false;
};

/// One glimpse at most: a job that starts no threads, nor what prepares for them.
bool is_single(const std::vector<ImageJob>& jobs) {
    return jobs.empty() || (jobs.size() == 1 && jobs.front().glimpses->size() <= 1);
}

}  // namespace

void run(const std::vector<ImageJob>& jobs, const OutputPlan& plan, const Backend& backend,
         const RunOptions& options, const Finished& finished) {
    Extractor extract_one(plan, backend, options);
    if (is_single(jobs)) {
        if (!jobs.empty() && !extract_one.is_over()) finished(extract_one(jobs.front()));
        return;
    }
    auto next = [&, n = std::size_t{0}]() mutable -> std::optional<ImageJob> {
        return n < jobs.size() && !extract_one.is_over() ? std::optional(jobs[n++]) : std::nullopt;
    };
    // What is finished waits for something slow before it, and nobody waits with it.
    constexpr std::size_t waiting = 4096;
    const std::size_t in_flight = std::min(jobs.size(), static_cast<std::size_t>(options.jobs) + waiting);
    work_through_on(
        options.jobs, in_flight, next, [&](ImageJob job) { return extract_one(std::move(job)); }, finished);
}

void run(const JobStream& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
         const Finished& finished) {
    Extractor extract_one(plan, backend, options);
    const auto next = [&]() -> std::optional<ImageJob> {
        return extract_one.is_over() ? std::nullopt : jobs();
    };
    // One more, which waits for the input.
    const int threads = options.jobs == 1 ? 1 : options.jobs + 1;
    work_through_on(
        threads, static_cast<std::size_t>(threads), next,
        [&](ImageJob job) { return extract_one(std::move(job)); }, finished);
}

}  // namespace glimpse
