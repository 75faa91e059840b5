#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/inputs.hpp"

namespace glimpse {

/// The categories that a run has come to, by name and number.
using GlimpseCategories =
    std::map<std::pair<std::string, std::string>, std::shared_ptr<const GlimpseCategory>>;

/// The images of annotations, after failed jobs for directories that cannot be searched.
class AnnotatedJobs final : public JobSource {
  public:
    /// Reads the annotations. Throws `UsageError`.
    explicit AnnotatedJobs(const InputOptions& options);

    std::optional<ImageJob> next() override;
    [[nodiscard]] std::optional<std::size_t> size() const override {
        return *unsearched_.size() + images_.size() - taken_;
    }

  private:
    const InputOptions& options_;
    JobList unsearched_{{}};
    std::vector<AnnotatedImage> images_;
    std::size_t taken_ = 0;  ///< of `images_`
    GlimpseCategories categories_;
};

}  // namespace glimpse
