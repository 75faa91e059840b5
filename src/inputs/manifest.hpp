#pragma once

#include "inputs/byte_input.hpp"
#include "inputs/job_maker.hpp"
#include "inputs/line_input.hpp"

namespace glimpse {

/// The records of the manifest, in a file or on standard input, as they come.
class Manifest {
  public:
    /// Throws `UsageError` where it cannot be opened, or standard input is read twice.
    Manifest(const InputOptions& options, const JobMaker& maker, StandardInput& standard_input,
             const std::function<bool()>& interrupted);

    /// The next job; none at the end, or when interrupted. Throws `UsageError` for what is wrong with a
    /// record, and `Error` where the manifest cannot be read.
    std::optional<ImageJob> next();
    /// The same, but what is wrong with a record is its job's problem.
    std::optional<ImageJob> next_or_failed();

  private:
    std::optional<std::string> next_line();
    [[nodiscard]] ImageJob job_of(const std::string& line) const;

    const InputOptions& options_;
    const JobMaker& maker_;
    std::string file_;
    std::filesystem::path directory_;  ///< where relative paths start
    std::unique_ptr<ByteInput> input_;
    LineInput lines_;
    std::size_t number_ = 0;
};

}  // namespace glimpse
