#include "glimpse/pipeline.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <memory>
#include <optional>

#include "extraction.hpp"
#include "kept_failure.hpp"
#include "ordered_work.hpp"

namespace glimpse {

namespace {

/// Hands out the numbers of jobs until there are none left or there is a reason to stop.
class JobSource {
  public:
    JobSource(std::size_t count, const RunOptions& options) : count_(count), options_(options) {}

    std::optional<std::size_t> next() {
        if (next_ == count_ || stopped_ || options_.interrupted()) return std::nullopt;
        return next_++;
    }
    void heed(const ImageReport& report) {
        if (options_.fail_fast && !report.error.empty()) stopped_ = true;
    }

  private:
    std::size_t count_;
    const RunOptions& options_;
    std::size_t next_ = 0;
    std::atomic<bool> stopped_ = false;
};

/// One glimpse at most: a job that starts no threads, nor what prepares for them.
bool is_single(const std::vector<ImageJob>& jobs) {
    return jobs.empty() || (jobs.size() == 1 && jobs.front().glimpses->size() <= 1);
}

}  // namespace

void run(const std::vector<ImageJob>& jobs, const OutputPlan& plan, const Backend& backend,
         const RunOptions& options, const std::function<void(const ImageReport&)>& finished) {
    JobSource source(jobs.size(), options);
    const auto work = [&](std::size_t number) {
        ImageReport report = extract(jobs[number], plan, backend, options);
        source.heed(report);
        return report;
    };
    const auto next = [&] { return source.next(); };
    if (!is_single(jobs)) return work_in_order(options.jobs, jobs.size(), next, work, finished);
    while (const auto number = next()) finished(work(*number));
}

JobStream stream_of(std::vector<ImageJob> jobs) {
    return [jobs = std::move(jobs), next = std::size_t{0}]() mutable -> std::optional<ImageJob> {
        if (next == jobs.size()) return std::nullopt;
        return std::move(jobs[next++]);
    };
}

void run(const JobStream& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
         const std::function<void(const ImageJob&, const ImageReport&)>& finished) {
    struct Done {
        ImageJob job;
        ImageReport report;
    };
    using Token = std::shared_ptr<Done>;
    std::atomic<bool> stopped = false;
    const auto next = [&]() -> Token {
        if (stopped || options.interrupted()) return nullptr;
        std::optional<ImageJob> job = jobs();
        return job ? std::make_shared<Done>(Done{std::move(*job), {}}) : nullptr;
    };
    const auto work = [&](Token token) {
        token->report = extract(token->job, plan, backend, options);
        if (options.fail_fast && !token->report.error.empty()) stopped = true;
        return token;
    };
    const auto finish = [&](const Token& token) { finished(token->job, token->report); };
    if (options.jobs == 1) {
        while (const Token token = next()) finish(work(token));
        return;
    }
    // One more, which waits for the input.
    const auto in_flight = static_cast<std::size_t>(options.jobs) + 1;
    const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, in_flight);
    tbb::task_arena arena(static_cast<int>(in_flight));
    KeptFailure failure;
    const auto take = [&](tbb::flow_control& control) {
        Token token;
        failure.guard([&] { token = next(); });
        if (!token) control.stop();
        return token;
    };
    const auto finish_guarded = [&](const Token& token) { failure.guard([&] { finish(token); }); };
    using tbb::filter_mode;
    arena.execute([&] {
        tbb::parallel_pipeline(
            in_flight, tbb::make_filter<void, Token>(filter_mode::serial_in_order, take) &
                           tbb::make_filter<Token, Token>(filter_mode::parallel, work) &
                           tbb::make_filter<Token, void>(filter_mode::serial_in_order, finish_guarded));
    });
    failure.rethrow();
}

}  // namespace glimpse
