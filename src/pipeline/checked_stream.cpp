#include <memory>
#include <optional>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/run.hpp"
#include "outputs/output_check.hpp"

namespace glimpse {

namespace {

/// Jobs as they come, with those problems that all jobs of a list are asked for before any work.
class CheckedStream {
    /// A stream may have no end, and the memory has one.
    static constexpr std::size_t remembered_outputs = std::size_t{1} << 16;

  public:
    CheckedStream(JobStream jobs, const OutputPlan& plan)
        : jobs_(std::move(jobs)),
          check_(
              plan, [](std::size_t) { return "an earlier image"; }, remembered_outputs) {
        check_.check_others();
        require_new_outputs(plan, {});
    }

    std::optional<ImageJob> next() {
        std::optional<ImageJob> job = jobs_();
        if (job && job->problem.empty()) check(*job);
        return job;
    }

  private:
    void check(ImageJob& job) {
        try {
            check_.add_inputs(job);
            check_.check(job);
        } catch (const UsageError& error) {
            job.problem = error.what();
            job.glimpses = std::make_shared<const ParameterDocument>();
        }
    }

    JobStream jobs_;
    OutputCheck check_;
};

}  // namespace

JobStream checked(JobStream jobs, const OutputPlan& plan) {
    const auto stream = std::make_shared<CheckedStream>(std::move(jobs), plan);
    return [stream] { return stream->next(); };
}

}  // namespace glimpse
