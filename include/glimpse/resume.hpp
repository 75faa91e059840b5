#pragma once

#include <filesystem>
#include <memory>

#include "glimpse/export.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/outputs.hpp"

// Going on after a run that was killed.

namespace glimpse {

/// Which jobs an earlier run has left to be done: not those that its report lists as done and whose outputs
/// are all there.
class GLIMPSE_EXPORT Remainder {
  public:
    /// Unless nothing is to be written, the beginning of a line at the report's end goes, so that the report
    /// may be continued. The plan must outlive this. Throws `UsageError` for a report that is none.
    Remainder(const OutputPlan& plan, const std::filesystem::path& report, bool dry_run);

    /// Whether the job is still to be done. Unless nothing is to be written, temporary files go that the run
    /// left beside its outputs when it was killed.
    bool operator()(const ImageJob& job) const;

  private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace glimpse
