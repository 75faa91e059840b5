#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "glimpse/inputs.hpp"

namespace glimpse {

/// The jobs of a source, each of the page that the options choose, or one for each page of its image. What
/// names its page itself keeps it.
class PagedJobs final : public JobSource {
  public:
    PagedJobs(std::unique_ptr<JobSource> jobs, const InputOptions& options)
        : jobs_(std::move(jobs)), options_(options) {}

    std::optional<ImageJob> next() override;
    [[nodiscard]] std::optional<std::size_t> size() const override;

  private:
    void add_pages(const ImageJob& job);

    std::unique_ptr<JobSource> jobs_;
    const InputOptions& options_;
    std::deque<ImageJob> pages_;  ///< those that are left of the last job
};

}  // namespace glimpse
