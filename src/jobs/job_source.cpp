#include <memory>
#include <optional>
#include <utility>

#include "glimpse/jobs.hpp"

namespace glimpse {

namespace {

class FilteredJobs final : public JobSource {
  public:
    FilteredJobs(std::unique_ptr<JobSource> jobs, std::function<bool(const ImageJob&)> is_wanted)
        : jobs_(std::move(jobs)), is_wanted_(std::move(is_wanted)) {}

    std::optional<ImageJob> next() override {
        while (std::optional<ImageJob> job = jobs_->next()) {
            if (is_wanted_(*job)) return job;
        }
        return std::nullopt;
    }

  private:
    std::unique_ptr<JobSource> jobs_;
    std::function<bool(const ImageJob&)> is_wanted_;
};

}  // namespace

std::optional<ImageJob> JobList::next() {
    if (taken_ == jobs_.size()) return std::nullopt;
    return std::exchange(jobs_[taken_++], {});
}

std::unique_ptr<JobSource> filtered(std::unique_ptr<JobSource> jobs,
                                    std::function<bool(const ImageJob&)> is_wanted) {
    return std::make_unique<FilteredJobs>(std::move(jobs), std::move(is_wanted));
}

}  // namespace glimpse
