#include "glimpse/run.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>

#include "pipeline/extraction.hpp"
#include "system/ordered_work.hpp"

namespace glimpse {

namespace {

/// What extracts a job, and keeps it until it is reported.
class Extractor {
  public:
    Extractor(const OutputPlan& plan, const Backend& backend, const RunOptions& options)
        : plan_(plan), backend_(backend), options_(options) {}

    /// `Pointer` leads to a job.
    template <typename Pointer>
    struct Done {
        Pointer job;
        ImageReport report;
    };

    [[nodiscard]] bool is_over() const { return stopped_ || options_.interrupted(); }

    template <typename Pointer>
    Done<Pointer> operator()(Pointer job) {
        ImageReport report = extract(*job, plan_, backend_, options_);
        if (options_.fail_fast && !report.error.empty()) stopped_ = true;
        return {std::move(job), std::move(report)};
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
        if (!jobs.empty() && !extract_one.is_over()) finished(jobs[0], extract_one(&jobs[0]).report);
        return;
    }
    auto next = [&, n = std::size_t{0}]() mutable -> std::optional<const ImageJob*> {
        return n < jobs.size() && !extract_one.is_over() ? std::optional(&jobs[n++]) : std::nullopt;
    };
    // What is finished waits for something slow before it, and nobody waits with it.
    constexpr std::size_t waiting = 4096;
    const std::size_t in_flight = std::min(jobs.size(), static_cast<std::size_t>(options.jobs) + waiting);
    work_through_on(
        options.jobs, in_flight, next, [&](const ImageJob* job) { return extract_one(job); },
        [&](const auto& done) { finished(*done.job, done.report); });
}

void run(const JobStream& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
         const Finished& finished) {
    using Job = std::shared_ptr<const ImageJob>;
    Extractor extract_one(plan, backend, options);
    const auto next = [&]() -> std::optional<Job> {
        if (extract_one.is_over()) return std::nullopt;
        std::optional<ImageJob> job = jobs();
        return job ? std::optional(std::make_shared<const ImageJob>(*std::move(job))) : std::nullopt;
    };
    // One more, which waits for the input.
    const int threads = options.jobs == 1 ? 1 : options.jobs + 1;
    work_through_on(
        threads, static_cast<std::size_t>(threads), next,
        [&](Job job) { return extract_one(std::move(job)); },
        [&](const auto& done) { finished(*done.job, done.report); });
}

}  // namespace glimpse
