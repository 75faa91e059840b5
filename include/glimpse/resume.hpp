#pragma once

#include <filesystem>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/outputs.hpp"

// Going on after a run that was killed.

namespace glimpse {

/// Takes those jobs away that a report of an earlier run lists as done and whose outputs are all there.
/// Unless nothing is to be written, what that run left behind when it was killed goes too: temporary files,
/// and the beginning of a line at the report's end, which may then be continued. Throws `UsageError` for a
/// report that is none.
GLIMPSE_EXPORT void resume(std::vector<ImageJob>& jobs, const OutputPlan& plan,
                           const std::filesystem::path& report, bool dry_run);

/// The jobs of a stream that are still to be done, likewise.
GLIMPSE_EXPORT JobStream resumed(JobStream jobs, const OutputPlan& plan, const std::filesystem::path& report,
                                 bool dry_run);

}  // namespace glimpse
