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

/// A run over all jobs of a source.
class WholeRun {
  public:
    WholeRun(JobSource& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
             const Finished& finished)
        : jobs_(jobs),
          is_stream_(!jobs.size()),
          writes_files_(has_files(plan, options)),
          concurrency_(concurrency_for(jobs, plan, options.jobs)),
          plan_(plan),
          extract_(plan, backend, options),
          publication_(plan, finished) {}

    void operator()() {
        if (!is_stream_ && *jobs_.size() <= 1 && is_done_alone()) return;
        // A single thread must answer each record of a stream before it reads the next.
        const bool may_wait = !is_stream_ || concurrency_.threads > 1;
        if (writes_files_ && plan_.options.sync && may_wait) publication_.start();
        KeptFailure failure;
        failure.guard([this] {
            work_through_on(
                concurrency_.threads, concurrency_.in_flight, [this] { return next(); },
                [this](ImageJob job) { return work(std::move(job)); },
                [this](Publication::Job job) { hand_on(std::move(job)); });
        });
        publication_.flush();
        failure.rethrow();
        publication_.rethrow();
    }

  private:
    /// Works on the only job, if there is one, where it has at most one glimpse: not worth starting threads,
    /// nor reading a directory of many files. Any other is kept for `next`, and the result is false.
    bool is_done_alone() {
        first_ = next();
        if (!first_) return true;
        if (first_->glimpses->size() > 1) {
            --in_progress_;
            return false;
        }
        auto extracted = extract_(*std::move(first_));
        if (extracted) publication_.hand_on(publication_.take(*std::move(extracted)), true);
        return true;
    }

    std::optional<ImageJob> next() {
        if (extract_.is_over() || publication_.has_failed()) return std::nullopt;
        auto job = first_ ? std::exchange(first_, std::nullopt) : jobs_.next();
        if (job) ++in_progress_;
        return job;
    }

    /// For any thread; null for a job that has done nothing.
    Publication::Job work(ImageJob job) {
        std::optional<ExtractedJob> extracted = extract_(std::move(job));
        if (!extracted) return nullptr;
        if (writes_files_) clean_beside(plan_, extracted->done.report, clean_);
        return publication_.take(*std::move(extracted));
    }

    void hand_on(Publication::Job job) {
        // The next job of a stream may depend on this one's answer.
        const bool is_last = --in_progress_ == 0;
        if (job) publication_.hand_on(std::move(job), is_stream_ && is_last);
    }

    JobSource& jobs_;
    const bool is_stream_;
    const bool writes_files_;
    const Concurrency concurrency_;
    const OutputPlan& plan_;
    Extractor extract_;
    Cleaning clean_;
    std::optional<ImageJob> first_;  ///< taken from the source, but not worked on
    std::atomic<std::size_t> in_progress_ = 0;
    Publication publication_;  ///< the last, so that its thread ends first
};

}  // namespace

void run(JobSource& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
         const Finished& finished) {
    const auto warn_of_loss = [&] {
        const std::string loss = backend.loss();
        if (!loss.empty()) options.warn("a device was lost: " + loss);
    };
    try {
        WholeRun(jobs, plan, backend, options, finished)();
    } catch (...) {
        warn_of_loss();  // which may be why
        throw;
    }
    warn_of_loss();
}

}  // namespace glimpse
