#include "glimpse/run.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "outputs/output_plan.hpp"
#include "pipeline/extraction.hpp"
#include "pipeline/publication.hpp"
#include "system/kept_failure.hpp"
#include "system/new_file.hpp"
#include "system/ordered_work.hpp"

namespace glimpse {

namespace {

/// Extracts jobs until the run is interrupted or fails fast.
class Extractor {
  public:
    Extractor(const OutputPlan& plan, const Backend& backend, const RunOptions& options)
        : plan_(plan), backend_(backend), options_(options) {
        options_.open.memory.cancelled = [this] { return is_over(); };
        options_.open.mask_memory.cancelled = options_.open.memory.cancelled;
    }

    [[nodiscard]] bool is_over() const { return stopped_ || options_.interrupted(); }

    /// None for a job that waited for memory until the run was over, which has done nothing.
    std::optional<ExtractedJob> operator()(ImageJob job) try {
        ExtractedJob extracted = extract(std::move(job), plan_, backend_, options_);
        if (options_.ends_with(extracted.done.report)) stopped_ = true;
        extracted.held.reset();  // not before: who waits for this memory must know whether to go on
        return extracted;
    } catch (const WaitEnded&) {
        return std::nullopt;
    }

  private:
    const OutputPlan& plan_;
    const Backend& backend_;
    RunOptions options_;
    std::atomic<bool> stopped_ = false;
};

/// The threads, and the most jobs between their source and their consumer.
struct Concurrency {
    int threads;
    std::size_t in_flight;
};

Concurrency concurrency_for(const JobSource& jobs, const OutputPlan& plan, int wanted) {
    const std::optional<std::size_t> count = jobs.size();
    // One more, since one may block on the input, on the consumer, or until files are on the disk.
    const int threads = wanted == 1 ? 1 : wanted + 1;
    if (!count || !plan.options.archive.empty()) {
        return {.threads = threads, .in_flight = static_cast<std::size_t>(threads)};
    }
    // Finished jobs may queue behind a slow one, so that no thread idles.
    constexpr std::size_t waiting = 4096;
    return {.threads = plan.options.sync ? threads : wanted,
            .in_flight = std::min(*count, static_cast<std::size_t>(wanted) + waiting)};
}

/// Whether outputs are files of their own.
bool has_files(const OutputPlan& plan, const RunOptions& options) {
    return !options.dry_run && !plan.to_standard_output && plan.options.archive.empty();
}

/// Removes what killed runs have left in the one directory that holds an image's outputs.
void clean_beside(const OutputPlan& plan, const ImageReport& report, Cleaning& clean) {
    const auto made = std::ranges::find_if(
        report.glimpses, [](const GlimpseReport& glimpse) { return !glimpse.output.empty(); });
    if (made != report.glimpses.end()) clean_beside(plan, made->output, clean);
}

constexpr std::size_t more_than_one = 2;

/// At most one glimpse: not worth starting threads, nor reading a directory of many files.
bool is_single(const ImageJob& job) {
    return job.glimpses->size() <= 1;
}

void run_all(JobSource& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
             const Finished& finished) {
    Extractor extract_one(plan, backend, options);
    const Concurrency concurrency = concurrency_for(jobs, plan, options.jobs);
    Publication publication(plan, finished);
    std::optional<ImageJob> first;
    std::atomic<std::size_t> in_progress = 0;
    auto next = [&]() -> std::optional<ImageJob> {
        if (extract_one.is_over() || publication.has_failed()) return std::nullopt;
        auto job = first ? std::exchange(first, std::nullopt) : jobs.next();
        if (job) ++in_progress;
        return job;
    };
    Cleaning clean;
    const bool writes_files = has_files(plan, options);
    const auto work = [&](ImageJob job) -> Publication::Job {
        std::optional<ExtractedJob> extracted = extract_one(std::move(job));
        if (!extracted) return nullptr;
        if (writes_files) clean_beside(plan, extracted->done.report, clean);
        return publication.take(*std::move(extracted));
    };
    const bool is_stream = !jobs.size();
    const auto hand_on = [&](Publication::Job job) {
        // The next job of a stream may depend on this one's answer.
        const bool is_last = --in_progress == 0;
        if (job) publication.hand_on(std::move(job), is_stream && is_last);
    };
    if (jobs.size().value_or(more_than_one) <= 1) {
        first = next();
        if (!first) return;
        if (is_single(*first)) {
            auto extracted = extract_one(*std::move(first));
            if (extracted) publication.hand_on(publication.take(*std::move(extracted)), true);
            return;
        }
        --in_progress;
    }
    // A single thread must answer each record of a stream before it reads the next.
    const bool may_wait = !is_stream || concurrency.threads > 1;
    if (writes_files && plan.options.sync && may_wait) publication.start();
    KeptFailure failure;
    failure.guard([&] { work_through_on(concurrency.threads, concurrency.in_flight, next, work, hand_on); });
    publication.flush();
    failure.rethrow();
    publication.rethrow();
}

}  // namespace

void run(JobSource& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
         const Finished& finished) {
    const auto warn_of_loss = [&] {
        const std::string loss = backend.loss();
        if (!loss.empty()) options.warn("a device was lost: " + loss);
    };
    try {
        run_all(jobs, plan, backend, options, finished);
    } catch (...) {
        warn_of_loss();  // which may be why
        throw;
    }
    warn_of_loss();
}

}  // namespace glimpse
