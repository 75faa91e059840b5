#pragma once

#include <memory>
#include <optional>

#include "glimpse/inputs.hpp"

namespace glimpse {

/// The jobs of a source: each for the page that the options choose, or, for all pages, one for each. A job
/// that names a page itself keeps it.
class PagedJobs final : public JobSource {
  public:
    PagedJobs(std::unique_ptr<JobSource> jobs, const InputOptions& options)
        : jobs_(std::move(jobs)), options_(options) {}

    std::optional<ImageJob> next() override;
    [[nodiscard]] std::optional<std::size_t> size() const override;

  private:
    ImageJob next_page();

    std::unique_ptr<JobSource> jobs_;
    const InputOptions& options_;
    ImageJob job_;       ///< whose pages are taken one by one
    int pages_ = 0;      ///< of `job_`
    int next_page_ = 0;  ///< ≤ pages_
};

}  // namespace glimpse
