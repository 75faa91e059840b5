#pragma once

#include <filesystem>
#include <memory>

#include "glimpse/export.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/outputs.hpp"

// Resuming a run that was killed.

namespace glimpse {

/// For `filtered`: which jobs an earlier run has left undone. Done are those that its report lists as done
/// and whose outputs all exist.
class GLIMPSE_EXPORT Remainder {
  public:
    /// Removes a truncated last line from the report unless `dry_run`, so that it can be continued. The plan
    /// must outlive this object. Throws `UsageError` where `report` cannot be read, or is no report.
    Remainder(const OutputPlan& plan, const std::filesystem::path& report, bool dry_run);

    /// Whether the job is still to be done. Unless in a dry run, abandoned temporary files beside its outputs
    /// are removed.
    bool operator()(const ImageJob& job) const;

  private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace glimpse
