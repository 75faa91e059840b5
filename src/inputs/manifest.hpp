#pragma once

#include "inputs/byte_input.hpp"
#include "inputs/job_maker.hpp"
#include "inputs/line_input.hpp"

namespace glimpse {

/// The records of a manifest, a file or standard input, as a stream.
class Manifest final : public JobSource {
  public:
    /// Throws `UsageError` where it cannot be opened, or standard input is claimed twice.
    Manifest(const InputOptions& options, const JobMaker& maker, StandardInput& standard_input,
             const std::function<bool()>& interrupted);

    /// The next job, of an invalid record one that fails; none at the end, or when interrupted. Throws
    /// `Error` where standard input cannot be read, and `UsageError` where the file cannot.
    std::optional<ImageJob> next() override;

  private:
    std::optional<std::string> next_line();
    [[nodiscard]] ImageJob job_of(const std::string& line) const;

    const InputOptions& options_;
    const JobMaker& maker_;
    std::string file_;
    std::filesystem::path directory_;  ///< base of relative paths
    std::unique_ptr<ByteInput> input_;
    LineInput lines_;
    std::size_t number_ = 0;
    bool has_records_ = false;  ///< one was read
};

}  // namespace glimpse
