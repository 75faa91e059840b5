#pragma once

#include "inputs/byte_input.hpp"
#include "inputs/job_maker.hpp"
#include "inputs/line_input.hpp"

namespace glimpse {

/// The records of the manifest on standard input, as they come.
class ManifestStream {
  public:
    /// Throws `UsageError` where standard input is read twice.
    ManifestStream(const InputOptions& options, const JobMaker& maker, StandardInput& standard_input,
                   std::function<bool()> interrupted);

    /// The next job; none at the end, or when interrupted. What is wrong with a record is its job's problem.
    std::optional<ImageJob> next();

  private:
    std::optional<std::string> next_line();
    [[nodiscard]] ImageJob job_of(const std::string& line) const;

    const InputOptions& options_;
    const JobMaker& maker_;
    ByteInput input_;
    LineInput lines_;
    std::size_t number_ = 0;
};

}  // namespace glimpse
