#pragma once

#include "inputs/byte_input.hpp"
#include "inputs/job_maker.hpp"
#include "inputs/line_input.hpp"

namespace glimpse {

/// What becomes of a record that is wrong: an error before any work, or a job that fails.
enum class BadRecord { error, failed_job };

/// The records of the manifest, in a file or on standard input, as they come.
class Manifest final : public JobSource {
  public:
    /// Throws `UsageError` where it cannot be opened, or standard input is read twice.
    Manifest(const InputOptions& options, BadRecord bad, const JobMaker& maker, StandardInput& standard_input,
             const std::function<bool()>& interrupted);

    /// The next job; none at the end, or when interrupted. Throws `Error` where the manifest cannot be read;
    /// `UsageError` for that and for a record, if a bad one is to be an error.
    std::optional<ImageJob> next() override;

  private:
    std::optional<std::string> next_line();
    [[nodiscard]] ImageJob job_of(const std::string& line) const;

    const InputOptions& options_;
    BadRecord bad_;
    const JobMaker& maker_;
    std::string file_;
    std::filesystem::path directory_;  ///< where relative paths start
    std::unique_ptr<ByteInput> input_;
    LineInput lines_;
    std::size_t number_ = 0;
};

}  // namespace glimpse
