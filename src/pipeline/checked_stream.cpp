#include <memory>
#include <optional>
#include <utility>

#include "glimpse/run.hpp"
#include "outputs/output_check.hpp"

namespace glimpse {

namespace {

/// Jobs as they come, each checked as those of a list are before any work.
class CheckedStream final : public JobSource {
    /// Bounds the memory of streams without an end.
    static constexpr std::size_t remembered_outputs = std::size_t{1} << 16;

  public:
    CheckedStream(std::unique_ptr<JobSource> jobs, const OutputPlan& plan)
        : jobs_(std::move(jobs)),
          check_(
              plan, [](std::size_t) { return "an earlier image"; }, remembered_outputs) {
        check_.check_caller_outputs();
        require_new_outputs(plan, {});
    }

    std::optional<ImageJob> next() override {
        std::optional<ImageJob> job = jobs_->next();
        if (job && job->problem.empty()) {
            refuse_alone(*job, [&] {
                check_.add_inputs(*job);
                check_.check(*job);
            });
        }
        return job;
    }

  private:
    std::unique_ptr<JobSource> jobs_;
    OutputCheck check_;
};

}  // namespace

std::unique_ptr<JobSource> checked(std::unique_ptr<JobSource> jobs, const OutputPlan& plan) {
    return std::make_unique<CheckedStream>(std::move(jobs), plan);
}

}  // namespace glimpse
