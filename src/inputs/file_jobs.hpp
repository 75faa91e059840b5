#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "inputs/job_maker.hpp"
#include "inputs/search.hpp"

namespace glimpse {

/// The images of one input: a file, or a directory.
class FileJobs final : public JobSource {
  public:
    /// Searches the directory, and warns of what is no image there. Throws `UsageError` for an input without
    /// a name.
    FileJobs(const std::string& input, const InputOptions& options, const JobMaker& maker);

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

/// The images on standard input, one after another.
class StandardInputJobs final : public JobSource {
  public:
    StandardInputJobs(StandardInput& input, const InputOptions& options, const JobMaker& maker)
        : input_(input), options_(options), maker_(maker) {}

    /// Reads all of standard input first. An image that cannot be told from the one before it is a job of its
    /// own, which fails. Throws `UsageError` where standard input is claimed twice.
    std::optional<ImageJob> next() override;

  private:
    void read();
    ImageJob fail_unread();
    /// For messages.
    [[nodiscard]] std::string name_of(std::size_t position) const;

    StandardInput& input_;
    const InputOptions& options_;
    const JobMaker& maker_;
    bool is_read_ = false;
    bool is_alone_ = true;
    std::deque<std::shared_ptr<const std::vector<std::uint8_t>>> images_;
    std::size_t taken_ = 0;
    std::size_t unread_ = 0;  ///< bytes at the end; 0 once they have failed
};

}  // namespace glimpse
