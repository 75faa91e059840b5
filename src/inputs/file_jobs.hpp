#pragma once

#include <memory>
#include <string>
#include <vector>

#include "inputs/job_maker.hpp"
#include "inputs/search.hpp"

namespace glimpse {

/// The images of one input: a file, or a directory.
class FileJobs final : public JobSource {
  public:
    /// Searches the directory. Throws `UsageError` for an input without a name.
    FileJobs(const std::string& input, bool recursive, const JobMaker& maker);

    /// Throws `UsageError` as `JobMaker::with_glimpses`.
    std::optional<ImageJob> next() override;
    [[nodiscard]] std::optional<std::size_t> size() const override { return found_.size() - taken_; }

  private:
    [[nodiscard]] std::string name_of(const std::string& image) const;

    const JobMaker& maker_;
    std::string directory_;  ///< empty where the input is a file
    std::vector<FoundImage> found_;
    std::size_t taken_ = 0;
};

/// The image on standard input.
class StandardInputJob final : public JobSource {
  public:
    StandardInputJob(StandardInput& input, const JobMaker& maker) : input_(input), maker_(maker) {}

    /// Throws `UsageError` where standard input is claimed twice.
    std::optional<ImageJob> next() override;
    [[nodiscard]] std::optional<std::size_t> size() const override { return is_taken_ ? 0 : 1; }

  private:
    StandardInput& input_;
    const JobMaker& maker_;
    bool is_taken_ = false;
};

}  // namespace glimpse
